namespace Todo.Data.Catalog;

/// <summary>A company that signed up: at most one for a tax id, and one tenant.</summary>
public sealed class Company
{
    /// <summary>UUID version 7.</summary>
    public required Guid Id { get; init; }

    /// <summary>ISO 3166-1 alpha-2, upper case.</summary>
    public required string Country { get; init; }

    /// <summary>Upper case, without spaces and punctuation; unique in its country.</summary>
    public required string TaxId { get; init; }

    /// <summary>1 to 200 characters.</summary>
    public required string Name { get; set; }

    /// <summary>Null until it is provisioned.</summary>
    public Guid? TenantId { get; set; }

    /// <summary>How many people may have an account there; null: as configured for all.</summary>
    public int? AccountLimit { get; set; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
