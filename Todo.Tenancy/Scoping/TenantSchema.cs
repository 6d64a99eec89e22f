namespace Todo.Tenancy.Scoping;

/// <summary>
/// The schema of one tenant. Its name is made of the tenant's id alone (<c>t_</c> and 32 hexadecimal digits), so no user input can
/// reach an identifier, and renaming a tenant moves nothing.
/// </summary>
public readonly record struct TenantSchema
{
    /// <summary>
    /// The schema that <c>TenantDbContext</c>'s one model names. No such schema can be created by us, so a statement in which it
    /// was not replaced fails on the server.
    /// </summary>
    public const string Placeholder = "<tenant>";

    /// <summary><see cref="Placeholder"/> as it stands in generated SQL.</summary>
    public const string QuotedPlaceholder = "\"<tenant>\"";

    private readonly string? _name;

    private TenantSchema(Guid tenantId)
    {
        TenantId = tenantId;
        _name = "t_" + tenantId.ToString("N");
        Quoted = "\"" + _name + "\"";
    }

    /// <summary>Whose schema it is.</summary>
    public Guid TenantId { get; }

    /// <summary>The name: 34 characters of <c>t_ 0–9 a–f</c>.</summary>
    public string Name => _name ?? throw new InvalidOperationException("No tenant: this schema was never set.");

    /// <summary>The name as an SQL identifier.</summary>
    public string Quoted { get; }

    /// <summary>The schema of the tenant with this id.</summary>
    /// <exception cref="ArgumentException">The id is all zeros.</exception>
    public static TenantSchema Of(Guid tenantId) =>
        tenantId == Guid.Empty ? throw new ArgumentException("The empty id belongs to no tenant.", nameof(tenantId)) : new TenantSchema(tenantId);

    /// <inheritdoc/>
    public override string ToString() => _name ?? Placeholder;
}
