using System.ComponentModel.DataAnnotations;
using Todo.Api.Settings;
using Todo.Api.Todos;

namespace Todo.Api.QuickAdd;

/// <summary>A todo in a line of text.</summary>
/// <param name="Text">In English, such as <c>Pay rent every 1st at 9:00 #home !1 @me</c>.</param>
/// <param name="TimeZone">The IANA zone in which it is meant; that of the caller's profile if absent.</param>
/// <param name="ListId">The list, unless the text names one; the caller's inbox if absent.</param>
public sealed record QuickAddRequest(
    [Required, StringLength(QuickAddRequest.MaxTextLength)] string Text,
    [TimeZone] string? TimeZone = null,
    Guid? ListId = null)
{
    /// <summary>The longest text, in UTF-16 code units.</summary>
    public const int MaxTextLength = 10_000;
}

/// <summary>A field that a part of the text says.</summary>
public enum QuickAddField
{
    /// <summary>The list.</summary>
    List,

    /// <summary>A tag.</summary>
    Tag,

    /// <summary>Who is to do it.</summary>
    Assignee,

    /// <summary>How much it matters.</summary>
    Priority,

    /// <summary>How long it will take.</summary>
    EstimateMinutes,

    /// <summary>When it is due.</summary>
    Due,

    /// <summary>How it repeats.</summary>
    Recurrence,
}

/// <summary>A part of the text that was understood and is not in the title.</summary>
/// <param name="Field">What it says.</param>
/// <param name="Start">Its first character, counted from 0 in UTF-16 code units, as strings are in JavaScript.</param>
/// <param name="Length">Its length in the same unit.</param>
/// <param name="Text">The part itself.</param>
/// <param name="Value">What the field is by it, as text: an id, a priority, minutes, a day or moment, a rule.</param>
public sealed record QuickAddPartResponse(QuickAddField Field, int Start, int Length, string Text, string Value);

/// <summary>A line of text as it was understood.</summary>
/// <param name="Title">What is left for the title.</param>
/// <param name="Understood">The parts that were understood, in the order of the text.</param>
/// <param name="Todo">The todo that was made; null if that was not asked for.</param>
public sealed record QuickAddResponse(string Title, IReadOnlyList<QuickAddPartResponse> Understood, TodoResponse? Todo);
