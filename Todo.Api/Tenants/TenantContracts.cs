using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Todo.Data;
using Todo.Data.Access;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Fleet;

namespace Todo.Api.Tenants;

/// <summary>A tenant to be made.</summary>
/// <param name="Slug">Its unique name in headers; see <see cref="TenantSlug"/>.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Owner">The first person, who may do everything; none if absent.</param>
public sealed record NewTenant(
    [Required, StringLength(TenantSlug.MaxLength, MinimumLength = 2)] string Slug,
    [Required, StringLength(200, MinimumLength = 1)] string Name,
    NewOwner? Owner = null) : IValidatableObject
{
    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!TenantSlug.IsValid(Slug))
        {
            yield return new ValidationResult($"A slug is {TenantSlug.Rule}.", [nameof(Slug)]);
        }

        if (Owner is not null && PasswordRules.Check(Owner.Password, [Owner.Name, Owner.Email, Name]) is { } broken)
        {
            yield return new ValidationResult(broken, ["Owner.Password"]);
        }
    }
}

/// <summary>The first person of a tenant.</summary>
/// <param name="Email">For signing in.</param>
/// <param name="Name">For people.</param>
/// <param name="Password">At least 10 characters.</param>
public sealed record NewOwner(
    [Required, EmailAddress, StringLength(EmailAddress.MaxLength, MinimumLength = 3)] string Email,
    [Required, StringLength(200, MinimumLength = 1)] string Name,
    [Required, StringLength(PersonPassword.MaxLength, MinimumLength = PersonPassword.MinLength)] string Password);

/// <summary>A tenant, as operators see it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Slug">Its name in headers.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Schema">Where its tables are.</param>
/// <param name="Status">Where it is in its life.</param>
/// <param name="SchemaVersion">The newest migration in its schema.</param>
/// <param name="IsCurrent">Whether that is this build's newest.</param>
/// <param name="CreatedAt">UTC.</param>
public sealed record TenantResponse(
    Guid Id, string Slug, string Name, string Schema, TenantStatus Status, string? SchemaVersion, bool IsCurrent, DateTimeOffset CreatedAt)
{
    /// <summary>What a query reads of a row.</summary>
    internal static readonly Expression<Func<Tenant, TenantResponse>> Columns = tenant => new TenantResponse(
        tenant.Id, tenant.Slug, tenant.Name, tenant.Schema, tenant.Status, tenant.SchemaVersion, tenant.SchemaVersion == MigrationLines.Tenant.Head.Id, tenant.CreatedAt);

    private static readonly Func<Tenant, TenantResponse> Row = Columns.Compile();

    internal static TenantResponse Of(Tenant tenant) => Row(tenant);
}

/// <summary>What a migration did.</summary>
/// <param name="Applied">Tenants brought to this build's newest version now.</param>
/// <param name="Current">Tenants that were there already.</param>
/// <param name="Failures">Tenants left as they were, each with the reason.</param>
public sealed record FleetResponse(int Applied, int Current, IReadOnlyList<TenantFailure> Failures);
