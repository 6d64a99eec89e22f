using System.Text.RegularExpressions;

namespace Todo.Tenancy.Catalog;

/// <summary>
/// What a tenant may be called in headers and addresses: 2 to 63 of <c>a–z 0–9 - _</c>, starting and ending with a letter or digit.
/// 63 is the longest label DNS allows (RFC 1035 §2.3.4). A slug never becomes an SQL identifier, yet names that PostgreSQL or the
/// service itself uses are refused, because a person reading a log must not take one for the other.
/// </summary>
public static partial class TenantSlug
{
    /// <summary>The longest slug, in characters.</summary>
    public const int MaxLength = 63;

    /// <summary>The rule in words, for error messages.</summary>
    public const string Rule = "2 to 63 of a-z, 0-9, '-' and '_', starting and ending with a letter or digit, and not a reserved name";

    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "admin", "api", "auth", "cc", "docs", "health", "information_schema", "localhost", "openapi", "public", "root", "system", "tenant", "tenants", "todo", "www",
    };

    /// <summary>Whether <paramref name="slug"/> keeps the rule.</summary>
    public static bool IsValid(string? slug) =>
        slug is not null && Pattern().IsMatch(slug) && !Reserved.Contains(slug)
        && !slug.StartsWith("pg_", StringComparison.Ordinal) && !slug.StartsWith("t_", StringComparison.Ordinal);

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9_-]{0,61}[a-z0-9]\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
