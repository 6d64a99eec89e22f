using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Todo.Api.Identity;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Provisioning;
using Todo.Tenancy.Scoping;

namespace Todo.Benchmarks.Requests;

/// <summary>A tenant and its people's tokens: all of them are signed in.</summary>
internal sealed record BenchmarkTenant(string Slug, IReadOnlyList<string> Tokens)
{
    /// <summary>The owner's.</summary>
    public string Token => Tokens[0];
}

/// <summary>Makes tenants with people and todos, as the service itself makes them.</summary>
internal static class BenchmarkTenants
{
    public static async Task<IReadOnlyList<BenchmarkTenant>> MakeAsync(string connectionString, RequestsOptions options, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await new CatalogMigrator(database, MigrationLines.Catalog, NullLogger<CatalogMigrator>.Instance).MigrateAsync(cancellationToken);
        var provisioner = new TenantProvisioner(database, MigrationLines.Tenant);
        var tenants = new List<BenchmarkTenant>();
        for (var number = 1; number <= options.Tenants; number++)
        {
            var slug = $"tenant-{number:00000}";
            string[] tokens = [];
            await provisioner.ProvisionAsync(
                slug, $"Tenant {number}", async (transaction, schema, cancellation) => tokens = await SeedAsync(transaction, schema, options, cancellation), cancellationToken);
            tenants.Add(new BenchmarkTenant(slug, tokens));
        }

        // What autovacuum would do some time during the measurements.
        await using var vacuum = database.CreateCommand("VACUUM ANALYZE");
        vacuum.CommandTimeout = 0;
        await vacuum.ExecuteNonQueryAsync(cancellationToken);
        return tenants;
    }

    private static async Task<string[]> SeedAsync(NpgsqlTransaction transaction, TenantSchema schema, RequestsOptions options, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetTimestamptz();
        await using var tenant = TenantPeople.Join(transaction, schema);
        var people = Enumerable.Range(1, options.People).Select(number => new User
        {
            Id = Guid.CreateVersion7(now.AddMilliseconds(number)),
            Email = $"person{number}@{schema.TenantId:N}.example",
            Name = $"Person Number {number}",
            PasswordHash = "nobody signs in with a password here",
            RoleId = number == 1 ? BuiltInRole.Owner : BuiltInRole.Member,
            CreatedAt = now,
            VerifiedAt = now,
            ApprovedAt = now,
        }).ToArray();
        var list = new TodoList { Id = Guid.CreateVersion7(now), Name = "Everything", Visibility = ListVisibility.Tenant, CreatedAt = now };
        tenant.Users.AddRange(people);
        tenant.Lists.Add(list);
        await tenant.SaveChangesAsync(cancellationToken);

        var tokens = new string[people.Length];
        tenant.Sessions.AddRange(people.Select((person, i) =>
            new Session { TokenHash = AccessToken.Create(schema.TenantId, out tokens[i]).Hash, UserId = person.Id, CreatedAt = now, ExpiresAt = now.AddDays(1) }));
        tenant.Todos.AddRange(Enumerable.Range(1, options.Todos).Select(number => new TodoItem
        {
            Id = Guid.CreateVersion7(now.AddMilliseconds(number)),
            ListId = number % 2 == 0 ? list.Id : null,
            Position = OrderKey.AtEnd(now.AddMilliseconds(number)),
            Title = $"Something of ordinary length to do, number {number}",
            Notes = number % 3 == 0 ? "A line or two of notes, as people write them when a title alone would not remind them." : null,
            CreatedBy = people[number % people.Length].Id,
            CreatedAt = now,
            UpdatedAt = now,
            CompletedAt = number % 4 == 0 ? now : null,
            CompletedBy = number % 4 == 0 ? people[0].Id : null,
        }));
        await tenant.SaveChangesAsync(cancellationToken);
        return tokens;
    }
}
