using System.Linq.Expressions;

namespace Todo.Data.Tenants;

/// <summary>A person of the tenant.</summary>
public sealed class User
{
    /// <summary>The longest name, in UTF-16 code units.</summary>
    public const int MaxNameLength = 200;

    /// <summary>Who may sign in, and goes on being signed in: active, with a proven address, and not deleted.</summary>
    public static readonly Expression<Func<User, bool>> MaySignIn = user => user.IsActive && user.VerifiedAt != null && user.DeletedAt == null;

    /// <summary>UUID version 7.</summary>
    public required Guid Id { get; init; }

    /// <summary>Unique in the tenant; trimmed and in lower case.</summary>
    public required string Email { get; set; }

    /// <summary>1 to <see cref="MaxNameLength"/> characters.</summary>
    public required string Name { get; set; }

    /// <summary>From <c>PersonPassword.Hash</c>.</summary>
    public required string PasswordHash { get; set; }

    /// <summary>The one role that decides what the person may do.</summary>
    public required Guid RoleId { get; set; }

    /// <summary>False: can't sign in, and open sessions end. So it is with whoever waits for approval, too.</summary>
    public bool IsActive { get; set; } = true;

    /// <summary>The language of mails: <c>en</c>, <c>de</c>, <c>fr</c> or <c>pl</c>.</summary>
    public string Language { get; set; } = "en";

    /// <summary>IANA time zone, such as <c>Europe/Berlin</c>.</summary>
    public string TimeZone { get; set; } = "UTC";

    /// <summary>UTC; when the person proved to read mail at <see cref="Email"/>. Null: not yet, and can't sign in.</summary>
    public DateTimeOffset? VerifiedAt { get; set; }

    /// <summary>UTC; when somebody who may let the person in did so. Null: nobody has.</summary>
    public DateTimeOffset? ApprovedAt { get; set; }

    /// <summary>UTC; null: not deleted. A deleted person can be restored until deleted for good.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>UTC; null: never.</summary>
    public DateTimeOffset? LastSignInAt { get; set; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
