namespace Todo.Tenancy.Migrations;

/// <summary>What a pass over the fleet did.</summary>
/// <param name="Applied">Tenants brought to head by this pass.</param>
/// <param name="Current">Tenants that were there already, or were brought there by another worker meanwhile.</param>
/// <param name="Failures">Tenants left exactly as they were, with the reason.</param>
public sealed record FleetReport(int Applied, int Current, IReadOnlyList<TenantFailure> Failures);

/// <summary>Why one tenant is not at head. Its schema is unchanged.</summary>
/// <param name="Tenant">The tenant's slug.</param>
/// <param name="Migration">The migration that failed, or null if it failed outside of one.</param>
/// <param name="SqlState">PostgreSQL's error code (appendix A of its manual), or null if the server was not asked.</param>
/// <param name="Message">What the server or the engine said; no values of the tenant's data.</param>
/// <param name="Statement">The statement that failed, if known.</param>
public sealed record TenantFailure(string Tenant, string? Migration, string? SqlState, string Message, string? Statement);
