using System.Globalization;
using Todo.Api.Errors;
using Todo.Data.Tenants;

namespace Todo.Api.Files;

/// <summary>Names of files, as they come from outside. None is ever part of a path here, but they are on the disks of those who get the file.</summary>
internal static class FileName
{
    private const string Field = "name";

    /// <summary>The name without the folders that some programs send before it.</summary>
    /// <exception cref="RefusedException">400: it is none, too long, or has what could deceive whoever reads it.</exception>
    public static string Of(string? sent)
    {
        if (sent is null)
        {
            throw RefusedException.InvalidField(Field, "Give the file's name: in the query as name=, or as filename in Content-Disposition.");
        }

        var name = sent[(sent.LastIndexOfAny(['/', '\\']) + 1)..].Trim();
        if (name.Length is 0 or > StoredFile.MaxNameLength || name is "." or "..")
        {
            throw RefusedException.InvalidField(Field, $"A file's name has 1 to {StoredFile.MaxNameLength} characters, after the last / or \\.");
        }

        return IsDeceptive(name) ? throw RefusedException.InvalidField(Field, "A file's name has no control characters, and none that turn the direction of what follows.") : name;
    }

    // U+202A–202E and U+2066–2069 make "…exe.png" out of "…gnp.exe"; half a surrogate pair is no text.
    private static bool IsDeceptive(string name)
    {
        for (var i = 0; i < name.Length; i += char.IsSurrogatePair(name, i) ? 2 : 1)
        {
            if (CharUnicodeInfo.GetUnicodeCategory(name, i) is UnicodeCategory.Control or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                || name[i] is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'))
            {
                return true;
            }
        }

        return false;
    }
}
