using Microsoft.EntityFrameworkCore;
using Npgsql;
using Todo.Data.Access;
using Todo.Data.Catalog;
using Todo.Tenancy.Scoping;

namespace Todo.Data.Tenants;

/// <summary>A person to be added to a tenant.</summary>
/// <param name="Email">Any spelling; stored normalized.</param>
/// <param name="Name">1 to 200 characters.</param>
/// <param name="PasswordHash">From <see cref="PersonPassword.Hash"/>, made before any transaction begins: it takes tens of milliseconds.</param>
/// <param name="RoleId">The person's role, such as <see cref="BuiltInRole.Owner"/>.</param>
public sealed record NewPerson(string Email, string Name, string PasswordHash, Guid RoleId);

/// <summary>Adds people where two schemas must agree: the tenant's <c>users</c> and the catalog's sign-in directory.</summary>
public static class TenantPeople
{
    /// <summary>Adds people whose addresses are taken for proven, in the caller's transaction, in two round trips however many they are.</summary>
    public static async Task<IReadOnlyList<User>> AddAsync(
        NpgsqlTransaction transaction, TenantSchema schema, IEnumerable<NewPerson> people, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var now = TimeProvider.System.GetTimestamptz();
        var users = people.Select(person => new User
        {
            Id = Guid.CreateVersion7(),
            Email = EmailAddress.Normalize(person.Email),
            Name = person.Name,
            PasswordHash = person.PasswordHash,
            RoleId = person.RoleId,
            CreatedAt = now,
            VerifiedAt = now,
            ApprovedAt = now,
        }).ToArray();
        await AddAsync(transaction, schema, users, cancellationToken);
        return users;
    }

    /// <summary>Adds people as they are, in the caller's transaction, in two round trips however many they are.</summary>
    public static async Task AddAsync(NpgsqlTransaction transaction, TenantSchema schema, IReadOnlyList<User> users, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await using var tenant = Join(transaction, schema);
        tenant.Users.AddRange(users);
        await tenant.SaveChangesAsync(cancellationToken);

        await using var catalog = CatalogDbContext.Join(transaction);
        catalog.SignIns.AddRange(users.Select(user => new SignIn { Email = user.Email, TenantId = schema.TenantId }));
        await catalog.SaveChangesAsync(cancellationToken);
    }

    /// <summary>A context of the tenant that takes part in the caller's transaction.</summary>
    public static TenantDbContext Join(NpgsqlTransaction transaction, TenantSchema schema)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var options = new DbContextOptionsBuilder<TenantDbContext>().UseNpgsql(transaction.Connection!);
        options.UseTenantSchemas();
        var context = new TenantDbContext(options.Options);
        context.Database.UseTransaction(transaction);
        context.Enter(schema);
        return context;
    }
}
