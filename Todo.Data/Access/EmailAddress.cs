namespace Todo.Data.Access;

/// <summary>How addresses are compared: trimmed and in lower case, for the whole address, as every large mail service does.</summary>
public static class EmailAddress
{
    /// <summary>The longest address, in characters (RFC 5321 §4.5.3.1.3 leaves 254 for one).</summary>
    public const int MaxLength = 254;

    /// <summary>The form that is stored and looked up.</summary>
    public static string Normalize(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.Trim().ToLowerInvariant();
    }
}
