using System.ComponentModel.DataAnnotations;

namespace Todo.Api.Calendar;

/// <summary>An address for a calendar program, to be made.</summary>
/// <param name="Name">What the program calls the calendar.</param>
/// <param name="AssignedOnly">Whether it shows only what one is to do oneself, and not all that one may see.</param>
public sealed record NewCalendarFeed([Required, StringLength(100, MinimumLength = 1)] string Name, bool AssignedOnly = false);

/// <summary>An address that was just made.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Url">Goes into the calendar program; it is shown this once. Who has it sees the calendar.</param>
public sealed record CalendarFeedCreated(Guid Id, string Url);

/// <summary>An address for a calendar program.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What the program calls the calendar.</param>
/// <param name="AssignedOnly">Whether it shows only what one is to do oneself.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="LastUsedAt">UTC, to about the minute; null: never.</param>
/// <param name="RevokedAt">UTC; null: not revoked.</param>
public sealed record CalendarFeedResponse(Guid Id, string Name, bool AssignedOnly, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt);
