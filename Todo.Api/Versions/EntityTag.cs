using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Todo.Api.Errors;

namespace Todo.Api.Versions;

/// <summary>
/// The version of something that several people may edit, made of its content: who sends it back in <c>If-Match</c> changes only what they
/// have seen (RFC 9110 §13.1.1). It is checked under a lock, or in the transaction that writes.
/// </summary>
internal static class EntityTag
{
    private const int HashLength = 16;

    /// <summary>The tag of a content, given as the values that an edit may change.</summary>
    public static string Of(params ReadOnlySpan<object?> values)
    {
        var text = new StringBuilder();
        foreach (var value in values)
        {
            // With its length, so that no two lists of values read the same.
            var part = value switch
            {
                null => "",
                IFormattable formattable => formattable.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
                _ => value.ToString()!,
            };
            text.Append(value is null ? -1 : part.Length).Append(':').Append(part);
        }

        return $"\"{Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, HashLength))}\"";
    }

    /// <summary>The tag of what counts its versions and is the same for everybody.</summary>
    public static string Of(int version) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>
    /// The versions that the caller accepts, of what counts them, for the WHERE of the statement that changes it; null: any. What is no tag of ours is
    /// no version that there could be.
    /// </summary>
    public static int[]? Versions(HttpContext context)
    {
        if (!IsGiven(context))
        {
            return null;
        }

        var tags = context.Request.Headers.IfMatch.ToString().Split(',', StringSplitOptions.TrimEntries);
        return tags.Contains("*") ? null
            : [.. tags.Where(tag => tag is ['"', .., '"']).Select(tag => int.TryParse(tag[1..^1], System.Globalization.NumberStyles.None, null, out var version) ? version : 0)];
    }

    /// <summary>Says it in the answer.</summary>
    public static void Show(HttpContext context, string tag) => context.Response.Headers.ETag = tag;

    /// <summary>Checks what the caller has seen, if the caller says so.</summary>
    /// <exception cref="RefusedException">412: somebody has changed it since. The answer's header has the version that it is at.</exception>
    public static void Check(HttpContext context, string tag)
    {
        if (IsGiven(context) && !context.Request.Headers.IfMatch.ToString().Split(',', StringSplitOptions.TrimEntries).Any(one => one == tag || one == "*"))
        {
            Show(context, tag);
            throw new RefusedException(StatusCodes.Status412PreconditionFailed, "Somebody has changed it since you read it. Read it again, and repeat your change if it still makes sense.");
        }
    }

    /// <summary>Whether the caller says what it has seen.</summary>
    public static bool IsGiven(HttpContext context) => context.Request.Headers.IfMatch.Count > 0;

    /// <summary>For what takes much with it: the caller has to say what it has seen, or <c>*</c> for whatever there is (RFC 6585 §3).</summary>
    /// <exception cref="RefusedException">428: the caller does not.</exception>
    public static void Require(HttpContext context)
    {
        if (!IsGiven(context))
        {
            throw new RefusedException(StatusCodes.Status428PreconditionRequired, "Send If-Match with the ETag of what you have read, so that nothing goes that you have not seen; or * for whatever there is.");
        }
    }
}
