using Todo.Data.Tenants;

namespace Todo.Api.Statistics;

/// <summary>Where things are, of the todos that the caller sees.</summary>
/// <param name="TimeZone">The caller's, in which days begin.</param>
/// <param name="Today">The day.</param>
/// <param name="WeekStart">The day that the week began with, as the caller's setting says.</param>
/// <param name="Open">How many are not completed.</param>
/// <param name="Overdue">How many of those should be.</param>
/// <param name="States">How many there are of each state that any is in.</param>
/// <param name="Day">Of the day.</param>
/// <param name="Week">Of the week.</param>
public sealed record StatisticsResponse(string TimeZone, DateOnly Today, DateOnly WeekStart, int Open, int Overdue, IReadOnlyList<StateCount> States, PeriodCount Day, PeriodCount Week);

/// <summary>How many todos are in a state.</summary>
/// <param name="State">The state.</param>
/// <param name="Today">Of those that are due today, or were completed today.</param>
/// <param name="Week">Of those that are due this week, or were completed this week.</param>
/// <param name="Open">Of those that are not completed, whenever they are due.</param>
public sealed record StateCount(WorkState State, int Today, int Week, int Open);

/// <summary>What happens in a time.</summary>
/// <param name="Created">How many were made.</param>
/// <param name="Completed">How many were completed.</param>
/// <param name="Due">How many are due in it and not completed.</param>
public sealed record PeriodCount(int Created, int Completed, int Due);

/// <summary>A number for each day.</summary>
/// <param name="TimeZone">The caller's, in which days begin.</param>
/// <param name="Days">All of them, in order.</param>
public sealed record DailyCounts(string TimeZone, IReadOnlyList<DailyCount> Days);

/// <summary>The number of a day.</summary>
/// <param name="Day">The day.</param>
/// <param name="Count">How many.</param>
public sealed record DailyCount(DateOnly Day, int Count);

/// <summary>The first things that somebody does here.</summary>
/// <param name="IsComplete">Whether all are done.</param>
/// <param name="Steps">In the order in which they are good to do.</param>
public sealed record FirstStepsResponse(bool IsComplete, IReadOnlyList<FirstStep> Steps);

/// <summary>One of the first things.</summary>
/// <param name="Name">Which.</param>
/// <param name="IsDone">Whether it is done.</param>
public sealed record FirstStep(FirstStepName Name, bool IsDone);

/// <summary>The first things that somebody does here.</summary>
public enum FirstStepName
{
    /// <summary>Makes a todo.</summary>
    MakeTodo,

    /// <summary>Completes one.</summary>
    CompleteTodo,

    /// <summary>Makes a list beside the inbox.</summary>
    MakeList,

    /// <summary>Is not alone in the tenant.</summary>
    InviteSomebody,

    /// <summary>Shares a list of theirs, or has the tenant see one.</summary>
    ShareList,

    /// <summary>Works at a todo.</summary>
    StartWork,

    /// <summary>Says in which time zone they live, or sets something else.</summary>
    SetUp,
}
