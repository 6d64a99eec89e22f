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
    // Asks between the waves of a run whether the service is well.
    private const string GateClient = "run gate";

    /// <summary>
    /// Adds pooled factories for both contexts, a scoped <see cref="CatalogDbContext"/>, and the engine. A <see cref="TenantDbContext"/>
    /// is not registered as it is: whoever needs one says for which tenant.
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
            provider.GetRequiredService<NpgsqlDataSource>(), MigrationLines.Catalog, provider.GetRequiredService<ILogger<CatalogMigrator>>()));
        services.AddSingleton(provider => new TenantProvisioner(provider.GetRequiredService<NpgsqlDataSource>(), MigrationLines.Tenant));
        services.AddSingleton(provider => new FleetPlanner(provider.GetRequiredService<NpgsqlDataSource>(), MigrationLines.Tenant));
        services.AddSingleton<RunStore>();
        services.AddHttpClient(GateClient);
        services.AddSingleton(provider => new RunExecutor(
            provider.GetRequiredService<NpgsqlDataSource>(), MigrationLines.Tenant, provider.GetRequiredService<RunStore>(), provider.GetRequiredService<IHttpClientFactory>().CreateClient(GateClient)));
        services.AddSingleton<FleetMigration>();
        services.AddSingleton(provider => new SchemaPool(provider.GetRequiredService<NpgsqlDataSource>(), MigrationLines.Tenant));
        services.AddSingleton<TenantLifecycle>();
        services.AddSingleton(provider => new TenantBaseline(provider.GetRequiredService<NpgsqlDataSource>(), MigrationLines.Tenant));
        return services;
    }

    private static void UseDataSource(IServiceProvider provider, DbContextOptionsBuilder options) => options
        .UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>())

        // Two changes of the execution context for every row read. Npgsql still refuses a second statement while one is running.
        .EnableThreadSafetyChecks(provider.GetService<IHostEnvironment>()?.IsProduction() != true)

        // Whoever catches a failure decides whether it is an error: a caller's mistake that the database refused is not.
        .ConfigureWarnings(warnings => warnings.Log(
            (CoreEventId.SaveChangesFailed, LogLevel.Debug), (CoreEventId.QueryIterationFailed, LogLevel.Debug), (RelationalEventId.CommandError, LogLevel.Debug), (RelationalEventId.ConnectionError, LogLevel.Debug)));
}
