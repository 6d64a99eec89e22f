namespace Todo.Scheduling.QuickAdd;

/// <summary>A name in a line, and the mark before it.</summary>
/// <param name="Mark"><c>#</c>, <c>+</c> or <c>@</c>.</param>
/// <param name="Name">As it was written, without the mark and quotes.</param>
public readonly record struct QuickAddName(char Mark, string Name);

/// <summary>Which names there are. A name that there is not is a word of the title.</summary>
/// <param name="IsList">Of a list.</param>
/// <param name="IsTag">Of a tag.</param>
/// <param name="IsPerson">Of a person; <c>me</c> included.</param>
public sealed record QuickAddNames(Func<string, bool> IsList, Func<string, bool> IsTag, Func<string, bool> IsPerson)
{
    /// <summary>For when nobody knows which there are: each is what its mark says.</summary>
    public static QuickAddNames Any { get; } = new(_ => true, _ => true, _ => true) { AlsoTags = false };

    /// <summary>Whether a name behind <c>#</c> that is no list's may be a tag's.</summary>
    public bool AlsoTags { get; init; } = true;
}
