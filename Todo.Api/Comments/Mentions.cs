using System.Text.RegularExpressions;

namespace Todo.Api.Comments;

/// <summary>People whom a text mentions: <c>&lt;@id&gt;</c>, by id, since names are neither unique nor for ever. Programs show the name.</summary>
internal static partial class Mentions
{
    /// <summary>Each once, in the order of the text.</summary>
    public static Guid[] Of(string text) => [.. Mention().Matches(text).Select(match => Guid.Parse(match.Groups[1].ValueSpan)).Distinct()];

    [GeneratedRegex("<@([0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12})>")]
    private static partial Regex Mention();
}
