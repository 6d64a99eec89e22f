namespace Todo.Data.Tenants;

/// <summary>A key that a caller gave a POST, and the answer, for whoever sends both again. Written by the transaction that did what the request asks for.</summary>
public sealed class IdempotencyKey
{
    /// <summary>SHA-256 of the caller and the key: 32 bytes.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>SHA-256 of the request: 32 bytes.</summary>
    public required byte[] Fingerprint { get; init; }

    /// <summary>The answer's HTTP status.</summary>
    public required short Status { get; init; }

    /// <summary>The header fields that belong to the answer, as a JSON object.</summary>
    public required string Headers { get; init; }

    /// <summary>The answer's body; null: it was too large to be kept.</summary>
    public required byte[]? Body { get; init; }

    /// <summary>UTC; from then on the key is a new one.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
