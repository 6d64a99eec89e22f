using System.Text.Json;

namespace Todo.Tenancy.Catalog;

/// <summary>Members of an enum as the catalog's check constraints and JSON spell them: <c>RolledBack</c> is <c>rolled_back</c>.</summary>
public static class EnumText
{
    /// <summary>The text of a member.</summary>
    public static string Of<TEnum>(TEnum member)
        where TEnum : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(member.ToString());

    /// <summary>The member of a text.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static TEnum Parse<TEnum>(string text)
        where TEnum : struct, Enum
    {
        ArgumentNullException.ThrowIfNull(text);
        return Enum.Parse<TEnum>(text.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
    }
}
