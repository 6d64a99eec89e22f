namespace Todo.Api.Paging;

/// <summary>Patterns for LIKE and ILIKE whose escape character is the backslash.</summary>
internal static class LikePattern
{
    /// <summary>Fits whatever has this text in it, literally.</summary>
    public static string Containing(string text) =>
        $"%{text.Trim().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";
}
