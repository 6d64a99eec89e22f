using System.ComponentModel.DataAnnotations;
using Todo.Data.Access;

namespace Todo.Api.ApiKeys;

/// <summary>A key to be made.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="Permissions">What it may do; each must be a permission that you hold yourself.</param>
/// <param name="Days">How long it is good for.</param>
public sealed record NewApiKey(
    [Required, StringLength(100, MinimumLength = 1)] string Name,
    [Required] IReadOnlyList<string> Permissions,
    [Range(1, NewApiKey.MaxDays)] int Days = 90) : IValidatableObject
{
    /// <summary>The longest time that a key is good for, in days.</summary>
    public const int MaxDays = 365;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Permissions is null)
        {
            yield break;
        }

        if (Permissions.Except(Permission.All).Any())
        {
            yield return new ValidationResult($"The permissions are {string.Join(", ", Permission.All)}.", [nameof(Permissions)]);
        }

        if (Permissions.Contains(Permission.ApiKeysManage))
        {
            yield return new ValidationResult($"A key can't hold '{Permission.ApiKeysManage}': it could make others that outlive it.", [nameof(Permissions)]);
        }
    }
}

/// <summary>A key.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Permissions">What it was made for; it may do of that what whoever made it may do now.</param>
/// <param name="CreatedBy">Who made it; it ends with that person's account.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="ExpiresAt">UTC.</param>
/// <param name="LastUsedAt">UTC, to about the minute; null: never.</param>
/// <param name="RevokedAt">UTC; null: not revoked.</param>
public sealed record ApiKeyResponse(
    Guid Id,
    string Name,
    IReadOnlyList<string> Permissions,
    Guid CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? LastUsedAt,
    DateTimeOffset? RevokedAt);

/// <summary>A key that was just made.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Key">Goes into <c>Authorization: Bearer …</c>; it is shown this once.</param>
/// <param name="ExpiresAt">UTC.</param>
public sealed record ApiKeyCreated(Guid Id, string Key, DateTimeOffset ExpiresAt);
