using System.Collections;
using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Internal;
using Npgsql;
using Todo.Api.Identity;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;
using Todo.Tenancy.Provisioning;

namespace Todo.Tests.Api;

/// <summary>What counts things of the whole process runs when nothing else does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public static class Alone;

/// <summary>The costs of a tenant: a schema in the database, and nothing in the API.</summary>
[Collection(nameof(Alone))]
public sealed class ManyTenantsTests(ApiHost api) : IClassFixture<ApiHost>
{
    private const int Count = 300;

    // For each tenant: two entries of the look-up cache, a session, and change.
    private const long MaxBytesPerTenant = 16 * 1024;

    [Fact]
    public async Task Three_hundred_tenants_share_one_model_one_pool_and_one_service_provider()
    {
        using var warm = await api.CreateTenantAsync();
        await warm.AddTodoAsync("Warm");
        (await warm.GetAsync("/users")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var tenants = await ProvisionAsync();
        // The first round of requests has the threads, buffers and plans made that are made once.
        await VisitAsync(tenants[..50]);
        var (providers, model, memory) = (ServiceProviders(), Model(), Memory());

        await VisitAsync(tenants);

        ServiceProviders().ShouldBe(providers);
        Model().ShouldBeSameAs(model);
        (Memory() - memory).ShouldBeLessThan(Count * MaxBytesPerTenant);
        var dataSource = api.Service<NpgsqlDataSource>();
        api.App.Services.GetService(typeof(IEnumerable<NpgsqlDataSource>)).ShouldBeAssignableTo<IEnumerable<NpgsqlDataSource>>()!.ShouldHaveSingleItem().ShouldBeSameAs(dataSource);
        var poolSize = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString).MaxPoolSize;
        (await api.ScalarAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE datname = '{api.Name}' AND pid <> pg_backend_pid() AND application_name <> ''"))
            .ShouldBeInRange(1, poolSize);
    }

    [Fact]
    public async Task Nothing_that_runs_on_a_pooled_connection_leaves_state_behind()
    {
        // `No Reset On Close` is on, so whatever a statement left on its connection would meet the next tenant's request.
        NpgsqlDataSource[] pools = [api.Service<NpgsqlDataSource>(), DataServices.Owner(api.App.Services)];
        pools.ShouldBeUnique();
        for (var round = 0; round < 3; round++)
        {
            using var owner = await api.CreateTenantAsync();
            await Task.WhenAll(Enumerable.Range(0, 20).Select(number => owner.AddTodoAsync($"Todo {number}")));
            using var session = await api.SignInAsync($"owner@{owner.Slug}.example", owner.Slug);
            using var logout = await session.PostAsync("/auth/logout", null);
            logout.StatusCode.ShouldBe(HttpStatusCode.NoContent);
            await FailToMigrateAsync(owner.Slug);
        }

        var used = await api.ColumnAsync($"SELECT pid::text FROM pg_stat_activity WHERE datname = '{api.Name}' AND pid <> pg_backend_pid() AND application_name <> ''");
        var seen = new List<string>();
        foreach (var pool in pools)
        {
            seen.AddRange(await BackendsWithoutStateAsync(pool));
        }

        used.Except(seen).ShouldBeEmpty();
    }

    // The processes of a whole pool of connections, each of which is as the server made it.
    private static async Task<IReadOnlyList<string>> BackendsWithoutStateAsync(NpgsqlDataSource dataSource)
    {
        var settings = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
        settings.NoResetOnClose.ShouldBeTrue();
        var seen = new List<string>();
        var connections = new List<NpgsqlConnection>();
        try
        {
            for (var i = 0; i < settings.MaxPoolSize; i++)
            {
                var connection = await dataSource.OpenConnectionAsync();
                connections.Add(connection);
                seen.Add(connection.ProcessID.ToString(System.Globalization.CultureInfo.InvariantCulture));
                await using var command = new NpgsqlCommand(
                    """
                    SELECT coalesce((SELECT string_agg(name || '=' || setting, ', ') FROM pg_settings WHERE source = 'session'), '')
                        || coalesce((SELECT string_agg(locktype, ', ') FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'), '')
                        || coalesce((SELECT string_agg(channel, ', ') FROM pg_listening_channels() AS channel), '')
                        || coalesce((SELECT string_agg(name, ', ') FROM pg_cursors WHERE is_holdable), '')
                        || (CASE WHEN pg_my_temp_schema() <> 0 THEN 'temporary tables' ELSE '' END)
                        || current_setting('search_path')
                    """, connection);
                (await command.ExecuteScalarAsync()).ShouldBe("\"$user\", public");
            }
        }
        finally
        {
            foreach (var connection in connections)
            {
                await connection.DisposeAsync();
            }
        }

        return seen;
    }

    // A history that was lost: the migration starts from nothing and finds its first table there already.
    private async Task FailToMigrateAsync(string slug)
    {
        await api.ExecuteAsync($"DELETE FROM {await api.SchemaAsync(slug)}.\"__EFMigrationsHistory\"; UPDATE tenants SET schema_version = NULL WHERE slug = '{slug}'");
        using var one = await api.Operator.PostAsync($"/cc/tenants/{slug}/migrate", null);
        await one.ShouldBeProblemSayingAsync(HttpStatusCode.Conflict, "left as they were");
    }

    private async Task<Person[]> ProvisionAsync()
    {
        var tenants = new Person[Count];
        var hash = PersonPassword.Hash(ApiHost.Password);
        await Parallel.ForEachAsync(Enumerable.Range(0, Count), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (number, cancellation) =>
        {
            var slug = $"many-{number:000}";
            var user = Guid.CreateVersion7();
            await api.Service<TenantProvisioner>().ProvisionAsync(slug, $"Number {number}", async (transaction, schema, token) =>
            {
                AccessToken.Create(schema.TenantId, out var text);
                AccessToken.TryParse(text, out var session).ShouldBeTrue();
                tenants[number] = new Person(slug, text, user);
                await using var context = TenantPeople.Join(transaction, schema);
                var now = DateTimeOffset.UtcNow;
                context.Users.Add(new User { Id = user, Email = "a@example.com", Name = slug, PasswordHash = hash, RoleId = BuiltInRole.Owner, CreatedAt = now, VerifiedAt = now, ApprovedAt = now });
                // The model knows no relationships, so it is not EF Core that puts the person first.
                await context.SaveChangesAsync(token);
                context.Sessions.Add(new Session { TokenHash = session.Hash, UserId = user, CreatedAt = now, ExpiresAt = now.AddDays(1) });
                context.Todos.Add(new TodoItem { Id = Guid.CreateVersion7(), Title = $"Of {slug}", CreatedBy = user, CreatedAt = now, UpdatedAt = now });
                await context.SaveChangesAsync(token);
            }, cancellation);
        });
        return tenants;
    }

    private async Task VisitAsync(Person[] people) =>
        await Parallel.ForEachAsync(people, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (person, _) =>
        {
            (await GetAsync(person, "/todos")).ShouldContain($"\"Of {person.Slug}\"");
            (await GetAsync(person, "/users")).ShouldContain(person.Id.ToString());
        });

    // All through one client: connections of their own would be what takes the memory.
    private async Task<string> GetAsync(Person person, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "tenant", person.Slug }, { "Authorization", "Bearer " + person.Token } } };
        using var response = await api.Anonymous.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await response.Content.ReadAsStringAsync();
    }

    private Microsoft.EntityFrameworkCore.Metadata.IModel Model()
    {
        using var context = api.Service<IDbContextFactory<TenantDbContext>>().CreateDbContext();
        return context.Model;
    }

#pragma warning disable EF1001 // There is no public way to ask how many there are, and that is what hurts when a model or a pool is per tenant.
    private static int ServiceProviders()
    {
        var providers = typeof(ServiceProviderCache).GetFields(System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)
            .Select(field => field.GetValue(ServiceProviderCache.Instance)).OfType<ICollection>().Single();
        return providers.Count;
    }
#pragma warning restore EF1001

    private static long Memory() => GC.GetTotalMemory(forceFullCollection: true);

    private sealed record Person(string Slug, string Token, Guid Id);
}
