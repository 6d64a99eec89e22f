using System.ComponentModel.DataAnnotations;
using Todo.Data.Tenants;

namespace Todo.Api.Guests;

/// <summary>A link to be made.</summary>
/// <param name="ListId">The one list that guests will see.</param>
/// <param name="Name">What it is for, such as where the code will hang.</param>
/// <param name="MayWrite">Whether guests may also add and complete todos.</param>
/// <param name="Days">How long it is good for.</param>
public sealed record NewGuestLink(
    [Required] Guid ListId,
    [Required, StringLength(100, MinimumLength = 1)] string Name,
    bool MayWrite = false,
    [Range(1, NewGuestLink.MaxDays)] int Days = 30)
{
    /// <summary>The longest time that a link is good for, in days.</summary>
    public const int MaxDays = 365;
}

/// <summary>A link that was just made.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Token">Goes into <c>Authorization: Bearer …</c>; it is shown this once, here and in what follows.</param>
/// <param name="Url">What the code says: the page for guests, with the token behind the <c>#</c>, which browsers send to nobody.</param>
/// <param name="QrSvg">The code as an SVG image.</param>
/// <param name="QrPng">The code as a PNG image, in base64.</param>
/// <param name="ExpiresAt">UTC.</param>
public sealed record GuestLinkCreated(Guid Id, string Token, string Url, string QrSvg, byte[] QrPng, DateTimeOffset ExpiresAt);

/// <summary>A link.</summary>
/// <param name="Id">Its id.</param>
/// <param name="ListId">The list that it shows.</param>
/// <param name="Name">What it is for.</param>
/// <param name="MayWrite">Whether guests may also add and complete todos.</param>
/// <param name="CreatedBy">Who made it; it ends with that person's account.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="ExpiresAt">UTC.</param>
/// <param name="LastUsedAt">UTC, to about the minute; null: never.</param>
/// <param name="RevokedAt">UTC; null: not revoked.</param>
public sealed record GuestLinkResponse(
    Guid Id,
    Guid ListId,
    string Name,
    bool MayWrite,
    Guid CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? LastUsedAt,
    DateTimeOffset? RevokedAt);

/// <summary>The list, as guests see it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="MayWrite">Whether this link lets them add and complete todos.</param>
/// <param name="ExpiresAt">When the link ends, UTC.</param>
public sealed record GuestList(string Name, bool MayWrite, DateTimeOffset ExpiresAt);

/// <summary>A todo, as guests see it: nothing of the people.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Title">What is to be done.</param>
/// <param name="Notes">More about it, in Markdown.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="CompletedAt">UTC; null while it is open.</param>
public sealed record GuestTodo(Guid Id, string Title, string? Notes, DateTimeOffset CreatedAt, DateTimeOffset? CompletedAt);

/// <summary>A todo that a guest adds.</summary>
/// <param name="Title">What is to be done.</param>
/// <param name="Notes">More about it, in Markdown.</param>
public sealed record NewGuestTodo(
    [Required, StringLength(TodoItem.MaxTitleLength, MinimumLength = 1)] string Title,
    [StringLength(TodoItem.MaxNotesLength)] string? Notes = null);
