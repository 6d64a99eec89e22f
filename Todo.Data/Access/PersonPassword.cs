using Microsoft.AspNetCore.Identity;

namespace Todo.Data.Access;

/// <summary>Hashes and checks people's passwords with ASP.NET Core Identity's hasher (PBKDF2 with HMAC-SHA-512, salted).</summary>
public static class PersonPassword
{
    /// <summary>The shortest password accepted, in characters (NIST SP 800-63B §5.1.1.2 asks for at least 8).</summary>
    public const int MinLength = 10;

    /// <summary>The longest, so that hashing a password can't be used to keep a core busy.</summary>
    public const int MaxLength = 200;

    private static readonly PasswordHasher<object> Hasher = new();
    private static readonly object Nobody = new();

    // Checked when the person is unknown, so that the answer takes as long as a wrong password's.
    private static readonly Lazy<string> NobodysHash = new(() => Hasher.HashPassword(Nobody, Guid.NewGuid().ToString()));

    /// <summary>The hash to store: salted, so two calls never give the same.</summary>
    public static string Hash(string password) => Hasher.HashPassword(Nobody, password);

    /// <summary>Whether <paramref name="password"/> is the one behind <paramref name="hash"/>; false, in the same time, if that is null.</summary>
    public static bool Verify(string? hash, string password) =>
        Hasher.VerifyHashedPassword(Nobody, hash ?? NobodysHash.Value, password) != PasswordVerificationResult.Failed && hash is not null;
}
