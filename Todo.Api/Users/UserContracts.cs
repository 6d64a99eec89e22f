using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Todo.Api.Settings;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Users;

/// <summary>Where a person is between being invited and being deleted.</summary>
public enum UserState
{
    /// <summary>Can sign in.</summary>
    Active,

    /// <summary>Has not proven yet to read mail at the address.</summary>
    Unverified,

    /// <summary>Signed up, and waits for somebody to let them in.</summary>
    Waiting,

    /// <summary>Can't sign in any more.</summary>
    Inactive,

    /// <summary>Can't sign in; can be restored.</summary>
    Deleted,
}

/// <summary>A person of the tenant.</summary>
/// <param name="Id">The person's id.</param>
/// <param name="Email">For signing in.</param>
/// <param name="Name">For people.</param>
/// <param name="Role">The role's name.</param>
/// <param name="RoleId">The role.</param>
/// <param name="IsActive">False: can't sign in.</param>
/// <param name="Language">Of mails.</param>
/// <param name="TimeZone">IANA.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="VerifiedAt">UTC; null: has not proven yet to read mail at the address.</param>
/// <param name="ApprovedAt">UTC; null: nobody has let the person in yet.</param>
/// <param name="LastSignInAt">UTC; null: never.</param>
/// <param name="DeletedAt">UTC; null: not deleted.</param>
public sealed record UserResponse(
    Guid Id,
    string Email,
    string Name,
    string Role,
    Guid RoleId,
    bool IsActive,
    string Language,
    string TimeZone,
    DateTimeOffset CreatedAt,
    DateTimeOffset? VerifiedAt,
    DateTimeOffset? ApprovedAt,
    DateTimeOffset? LastSignInAt,
    DateTimeOffset? DeletedAt)
{
    /// <summary>Where the person is between being invited and being deleted.</summary>
    public UserState State =>
        DeletedAt is not null ? UserState.Deleted
        : !IsActive ? ApprovedAt is null ? UserState.Waiting : UserState.Inactive
        : VerifiedAt is null ? UserState.Unverified
        : UserState.Active;

    /// <summary>People with their roles, as a query.</summary>
    internal static IQueryable<UserResponse> Of(IQueryable<User> users, IQueryable<Role> roles) => users.Join(
        roles,
        user => user.RoleId,
        role => role.Id,
        (user, role) => new UserResponse(
            user.Id, user.Email, user.Name, role.Name, role.Id, user.IsActive, user.Language, user.TimeZone, user.CreatedAt, user.VerifiedAt, user.ApprovedAt, user.LastSignInAt, user.DeletedAt));

    /// <summary>The people who are in this state, as <see cref="State"/> says it of one.</summary>
    internal static Expression<Func<User, bool>> Are(UserState state) => state switch
    {
        UserState.Deleted => user => user.DeletedAt != null,
        UserState.Waiting => user => user.DeletedAt == null && !user.IsActive && user.ApprovedAt == null,
        UserState.Inactive => user => user.DeletedAt == null && !user.IsActive && user.ApprovedAt != null,
        UserState.Unverified => user => user.DeletedAt == null && user.IsActive && user.VerifiedAt == null,
        _ => User.MaySignIn,
    };
}

/// <summary>People who fit a search, a page at a time.</summary>
/// <param name="Items">At most <c>size</c> of them, in order.</param>
/// <param name="Page">From 1.</param>
/// <param name="Size">The most on a page.</param>
/// <param name="Total">How many fit, on all pages.</param>
public sealed record UserTable(IReadOnlyList<UserResponse> Items, int Page, int Size, int Total);

/// <summary>How many people there are.</summary>
/// <param name="Accounts">All who are not deleted; these count against the limit.</param>
/// <param name="Deleted">Those who can be restored.</param>
/// <param name="Waiting">Those who wait for somebody to let them in.</param>
public sealed record UserCount(int Accounts, int Deleted, int Waiting);

/// <summary>Somebody to be invited.</summary>
/// <param name="Email">Where the invitation goes, and for signing in.</param>
/// <param name="Name">For people.</param>
/// <param name="RoleId">The role; member if absent.</param>
/// <param name="Language">Of mails; the tenant's if absent.</param>
/// <param name="TimeZone">IANA; the tenant's if absent.</param>
public sealed record NewUser(
    [Required, EmailAddress, StringLength(EmailAddress.MaxLength, MinimumLength = 3)] string Email,
    [Required, StringLength(User.MaxNameLength, MinimumLength = 1)] string Name,
    Guid? RoleId = null,
    [Language] string? Language = null,
    [TimeZone] string? TimeZone = null);

/// <summary>A change to a person. What is absent stays as it is.</summary>
/// <param name="Name">For people.</param>
/// <param name="RoleId">The role, which only somebody with the permission users.write can change.</param>
/// <param name="Language">Of mails.</param>
/// <param name="TimeZone">IANA.</param>
public sealed record UserChange(
    [StringLength(User.MaxNameLength), RegularExpression(@"(?s).*\S.*", ErrorMessage = "The Name field needs more than white space.")] string? Name = null,
    Guid? RoleId = null,
    [Language] string? Language = null,
    [TimeZone] string? TimeZone = null);

/// <summary>Somebody takes up an invitation.</summary>
/// <param name="Token">From the mail.</param>
/// <param name="Password">The password to sign in with from now on.</param>
public sealed record InvitationAcceptance(
    [Required, StringLength(100, MinimumLength = 1)] string Token,
    [Required, StringLength(PersonPassword.MaxLength, MinimumLength = PersonPassword.MinLength)] string Password);
