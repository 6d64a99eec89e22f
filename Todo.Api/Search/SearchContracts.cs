using Todo.Api.Todos;

namespace Todo.Api.Search;

/// <summary>A piece of a text that was searched.</summary>
/// <param name="Text">As it stands; plain text, not HTML.</param>
/// <param name="IsMatch">Whether it is a word that was looked for.</param>
public sealed record TextPart(string Text, bool IsMatch);

/// <summary>A todo that was found.</summary>
/// <param name="Todo">The todo.</param>
/// <param name="Score">How well it fits; only good for comparing with others of the same search.</param>
/// <param name="Title">The whole title, in pieces. If none is a match, the title is like what was looked for, or it was found by its notes.</param>
/// <param name="Notes">Where the words are in the notes, in pieces; the beginning if they aren't there. Null: no notes.</param>
public sealed record SearchHit(TodoResponse Todo, double Score, IReadOnlyList<TextPart> Title, IReadOnlyList<TextPart>? Notes);
