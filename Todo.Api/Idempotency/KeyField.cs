using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Todo.Api.Idempotency;

/// <summary>
/// The header field <c>Idempotency-Key</c> of draft-ietf-httpapi-idempotency-key-header: a string in quotes (RFC 9651 §3.3.3). The bare form, which most
/// clients send, means the same key.
/// </summary>
internal static class KeyField
{
    /// <summary>The field's name.</summary>
    public const string Name = "Idempotency-Key";

    /// <summary>What a key must be.</summary>
    public const string Rule = "1 to 255 visible ASCII characters, such as a UUID, in quotes or without";

    private const int MaxLength = 255;

    /// <summary>Reads it; false if there is more than one, or it is none.</summary>
    public static bool TryRead(StringValues values, [NotNullWhen(true)] out string? key)
    {
        key = values is [{ } single] ? Unquote(single.AsSpan().Trim()) : null;
        if (key is { Length: > 0 and <= MaxLength } && !key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return true;
        }

        key = null;
        return false;
    }

    private static string? Unquote(ReadOnlySpan<char> text)
    {
        if (text is not ['"', .., '"'])
        {
            return text.ContainsAny('"', ',', ';') ? null : text.ToString();
        }

        var unquoted = new StringBuilder(text.Length);
        var inner = text[1..^1];
        for (var i = 0; i < inner.Length; i++)
        {
            if (inner[i] == '"' || (inner[i] == '\\' && (++i == inner.Length || inner[i] is not ('"' or '\\'))))
            {
                return null;
            }

            unquoted.Append(inner[i]);
        }

        return unquoted.ToString();
    }
}
