using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Todo.Data.Catalog;
using Todo.Data.Tenants;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Provisioning;
using Todo.Tenancy.Scoping;

namespace Todo.Data;

/// <summary>Registers the contexts and the tenancy engine on top of the <see cref="NpgsqlDataSource"/> that is already there.</summary>
public static class DataServices
{
    /// <summary>The key of the data source that signs in as the owner of the database, where there are two.</summary>
    public const string OwnerKey = "tododb-owner";

    // Asks between the waves of a run whether the service is well.
    private const string GateClient = "run gate";

    /// <summary>
    /// Adds pooled factories for both contexts, a scoped <see cref="CatalogDbContext"/>, and the engine. A <see cref="TenantDbContext"/>
    /// is not registered as it is: whoever needs one says for which tenant. The engine, which makes and changes schemas, takes the data source
    /// with the key <see cref="OwnerKey"/> if there is one, and everything else the one without a key.
    /// </summary>
    public static IServiceCollection AddTodoData(this IServiceCollection services)
    {
        services.AddPooledDbContextFactory<CatalogDbContext>(UseDataSource);
        services.AddPooledDbContextFactory<TenantDbContext>((provider, options) =>
        {
            UseDataSource(provider, options);
            options.UseTenantSchemas();
        });
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<CatalogDbContext>>().CreateDbContext());

        services.AddSingleton(provider => new CatalogMigrator(
            Owner(provider), MigrationLines.Catalog, provider.GetRequiredService<ILogger<CatalogMigrator>>()));
        services.AddSingleton(provider => new TenantProvisioner(Owner(provider), MigrationLines.Tenant));
        services.AddSingleton(provider => new FleetPlanner(Owner(provider), MigrationLines.Tenant));
        services.AddSingleton(provider => new RunStore(Owner(provider)));
        services.AddHttpClient(GateClient);
        services.AddSingleton(provider => new RunExecutor(
            Owner(provider), MigrationLines.Tenant, provider.GetRequiredService<RunStore>(), provider.GetRequiredService<IHttpClientFactory>().CreateClient(GateClient)));
        services.AddSingleton(provider => new FleetMigration(
            Owner(provider), provider.GetRequiredService<FleetPlanner>(), provider.GetRequiredService<RunStore>(), provider.GetRequiredService<RunExecutor>()));
        services.AddSingleton(provider => new SchemaPool(Owner(provider), MigrationLines.Tenant));
        services.AddSingleton(provider => new TenantLifecycle(Owner(provider)));
        services.AddSingleton(provider => new TenantBaseline(Owner(provider), MigrationLines.Tenant));
        return services;
    }

    /// <summary>Signs in as the owner of the database, where that is another than who serves requests.</summary>
    public static NpgsqlDataSource Owner(IServiceProvider provider) =>
        provider.GetKeyedService<NpgsqlDataSource>(OwnerKey) ?? provider.GetRequiredService<NpgsqlDataSource>();

    private static void UseDataSource(IServiceProvider provider, DbContextOptionsBuilder options) => options
        .UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>())

        // Two changes of the execution context for every row read. Npgsql still refuses a second statement while one is running.
        .EnableThreadSafetyChecks(provider.GetService<IHostEnvironment>()?.IsProduction() != true)

        // Whoever catches a failure decides whether it is an error: a caller's mistake that the database refused is not.
        .ConfigureWarnings(warnings => warnings.Log(
            (CoreEventId.SaveChangesFailed, LogLevel.Debug), (CoreEventId.QueryIterationFailed, LogLevel.Debug), (RelationalEventId.CommandError, LogLevel.Debug), (RelationalEventId.ConnectionError, LogLevel.Debug)));
}
