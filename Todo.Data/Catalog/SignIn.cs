namespace Todo.Data.Catalog;

/// <summary>A line of the sign-in directory: in which tenant a person with this address may sign in. One person may have several.</summary>
public sealed class SignIn
{
    /// <summary>The address, trimmed and in lower case.</summary>
    public required string Email { get; init; }

    /// <summary>The tenant whose <c>users</c> table knows the person.</summary>
    public required Guid TenantId { get; init; }
}
