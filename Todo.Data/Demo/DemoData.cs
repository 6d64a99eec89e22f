using Microsoft.EntityFrameworkCore;
using Npgsql;
using Todo.Data.Access;
using Todo.Data.Catalog;
using Todo.Data.Tenants;
using Todo.Tenancy.Provisioning;
using Todo.Tenancy.Scoping;

namespace Todo.Data.Demo;

/// <summary>
/// Two small companies to try things on, made in Development only. The demo people share one password, which is generated on the
/// developer's machine and handed in; if it changes (new secrets, old data), they get the new one.
/// </summary>
public sealed class DemoData(NpgsqlDataSource dataSource, TenantProvisioner provisioner)
{
    private static readonly DemoTenant[] Tenants =
    [
        new("bakery", "Baker & Daughters", "alice@bakery.example", "Alice Baker", "bob@bakery.example", "Bob Miller",
            "Orders", ["Order flour for next week", "Call the oven engineer", "Price list for the wedding cake"]),
        new("garage", "Northside Garage", "carol@garage.example", "Carol Wrench", "dave@garage.example", "Dave Spanner",
            "Workshop", ["Replace the lift's hydraulics", "Winter tyres for the delivery van", "Send Mr Ott his invoice"]),
    ];

    /// <summary>Makes what is missing. Existing demo tenants keep their todos.</summary>
    public async Task EnsureAsync(string password, CancellationToken cancellationToken)
    {
        var hash = PersonPassword.Hash(password);
        foreach (var demo in Tenants)
        {
            try
            {
                await provisioner.ProvisionAsync(demo.Slug, demo.Name, (transaction, schema, token) => SeedAsync(demo, hash, transaction, schema, token), cancellationToken);
            }
            catch (TenantExistsException)
            {
                await RenewPasswordsAsync(demo, password, cancellationToken);
            }
        }
    }

    private static async Task SeedAsync(DemoTenant demo, string passwordHash, NpgsqlTransaction transaction, TenantSchema schema, CancellationToken cancellationToken)
    {
        var people = await TenantPeople.AddAsync(
            transaction,
            schema,
            [new NewPerson(demo.OwnerEmail, demo.OwnerName, passwordHash, BuiltInRole.Owner), new NewPerson(demo.MemberEmail, demo.MemberName, passwordHash, BuiltInRole.Member)],
            cancellationToken);

        var now = DateTimeOffset.UtcNow;
        var list = new TodoList { Id = Guid.CreateVersion7(), Name = demo.List, OwnerId = people[0].Id, Visibility = ListVisibility.Tenant, CreatedAt = now };
        await using var context = TenantPeople.Join(transaction, schema);
        context.Lists.Add(list);
        await context.SaveChangesAsync(cancellationToken);
        context.Todos.AddRange(demo.Todos.Select((title, index) => new TodoItem
        {
            Id = Guid.CreateVersion7(now.AddMilliseconds(index)),
            ListId = list.Id,
            Position = OrderKey.AtEnd(now.AddMilliseconds(index)),
            Title = title,
            CreatedBy = people[0].Id,
            CreatedAt = now,
            UpdatedAt = now,
            CompletedAt = index == 0 ? now : null,
            CompletedBy = index == 0 ? people[1].Id : null,
        }));
        await context.SaveChangesAsync(cancellationToken);
    }

    private async Task RenewPasswordsAsync(DemoTenant demo, string password, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var catalog = CatalogDbContext.Join(transaction);
        var id = await catalog.Tenants.Where(tenant => tenant.Slug == demo.Slug).Select(tenant => tenant.Id).SingleAsync(cancellationToken);

        await using var context = TenantPeople.Join(transaction, TenantSchema.Of(id));
        foreach (var user in await context.Users.Where(user => user.Email == demo.OwnerEmail || user.Email == demo.MemberEmail).ToListAsync(cancellationToken))
        {
            if (!PersonPassword.Verify(user.PasswordHash, password))
            {
                user.PasswordHash = PersonPassword.Hash(password);
            }
        }

        await context.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private sealed record DemoTenant(
        string Slug, string Name, string OwnerEmail, string OwnerName, string MemberEmail, string MemberName, string List, IReadOnlyList<string> Todos);
}
