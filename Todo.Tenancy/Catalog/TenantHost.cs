using System.Net;
using System.Text.RegularExpressions;

namespace Todo.Tenancy.Catalog;

/// <summary>
/// The host name that a tenant may have for itself: a DNS name (RFC 1035 §2.3.1) of at least two labels, in lower case, without port. An IP
/// address is nobody's, because the service itself answers there.
/// </summary>
public static partial class TenantHost
{
    /// <summary>The longest host name, in characters (RFC 1035 §2.3.4, without the dot at the end).</summary>
    public const int MaxLength = 253;

    /// <summary>The rule in words, for error messages.</summary>
    public const string Rule = "a DNS name in lower case such as todo.example.com, without port";

    /// <summary>Whether <paramref name="host"/> keeps the rule.</summary>
    public static bool IsValid(string? host) => host is { Length: <= MaxLength } && Pattern().IsMatch(host) && !IPAddress.TryParse(host, out _);

    [GeneratedRegex(@"\A(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
