using System.Security.Cryptography;
using System.Text;

namespace Todo.Tenancy.Roles;

/// <summary>
/// What PostgreSQL keeps of a password (RFC 5803): enough to check it, not enough to sign in with. Made here, so that the password itself
/// is in no statement and no log of the server's.
/// </summary>
internal static class ScramVerifier
{
    // As PostgreSQL makes them itself.
    private const int Iterations = 4096;
    private const int SaltBytes = 16;

    /// <summary>The verifier of a password.</summary>
    /// <param name="password">In ASCII, which SASLprep (RFC 4013) leaves as it is.</param>
    /// <exception cref="ArgumentException">The password is empty or not ASCII.</exception>
    public static string Of(string password)
    {
        if (string.IsNullOrEmpty(password) || !Ascii.IsValid(password))
        {
            throw new ArgumentException("The password of a database role must be ASCII, and not empty.", nameof(password));
        }

        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var salted = Rfc2898DeriveBytes.Pbkdf2(password, salt, Iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        var stored = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var server = HMACSHA256.HashData(salted, "Server Key"u8);
        return $"SCRAM-SHA-256${Iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(stored)}:{Convert.ToBase64String(server)}";
    }
}
