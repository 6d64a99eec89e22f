using Microsoft.Extensions.Primitives;
using Todo.Api.Errors;

namespace Todo.Api.Files;

/// <summary>
/// The header fields <c>Content-Digest</c> and <c>Repr-Digest</c> (RFC 9530), a dictionary of algorithms and byte sequences (RFC 9651). Of a whole file that is
/// sent as it is they mean the same.
/// </summary>
internal static class DigestField
{
    private const string Content = "Content-Digest";
    private const string Representation = "Repr-Digest";
    private const string Algorithm = "sha-256";
    private const int Length = 32;

    /// <summary>Both names.</summary>
    public static readonly string[] Names = [Content, Representation];

    /// <summary>What the sender says the SHA-256 is; null: nothing is said. Algorithms that are not known here may be left alone (RFC 9530 §2).</summary>
    /// <exception cref="RefusedException">400: it is malformed, or two are said.</exception>
    public static byte[]? Expected(Func<string, StringValues> header)
    {
        byte[]? expected = null;
        foreach (var field in Names)
        {
            foreach (var member in header(field).ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                var (algorithm, value) = member.IndexOf('=') is >= 0 and var at ? (member[..at], member[(at + 1)..]) : (member, "");
                if (algorithm != Algorithm)
                {
                    continue;
                }

                var digest = new byte[Length + 1];
                if (value is not [':', .. var base64, ':'] || !Convert.TryFromBase64String(base64, digest, out var length) || length != Length
                    || (expected is not null && !expected.AsSpan().SequenceEqual(digest.AsSpan(0, Length))))
                {
                    throw RefusedException.Invalid($"{field} is to be {Algorithm}=:…:, with the SHA-256 of the file in base64 (RFC 9530).");
                }

                expected = digest[..Length];
            }
        }

        return expected;
    }

    /// <summary>Says it of an answer: of the whole file, also if a part of it is sent.</summary>
    public static void Show(HttpResponse response, byte[] sha256) => response.Headers[Representation] = $"{Algorithm}=:{Convert.ToBase64String(sha256)}:";
}
