namespace Todo.Data.Tenants;

/// <summary>A file on a todo. The row is there before the first byte is kept and goes after the last: what is kept without one belongs to nobody.</summary>
public sealed class StoredFile
{
    /// <summary>The longest name, in UTF-16 code units: what file systems take.</summary>
    public const int MaxNameLength = 255;

    /// <summary>UUID version 7; the storage knows the file by it, and by nothing else.</summary>
    public required Guid Id { get; init; }

    /// <summary>The todo; null: it is gone for good, and the file goes next.</summary>
    public Guid? TodoId { get; init; }

    /// <summary>As whoever sent it calls it; no path, and no part of one anywhere.</summary>
    public required string Name { get; init; }

    /// <summary>A media type, by what the first bytes are and not by what they were said to be.</summary>
    public required string ContentType { get; init; }

    /// <summary>Bytes; while it is being sent, those that are reserved for it.</summary>
    public required long Size { get; init; }

    /// <summary>SHA-256 of the content: 32 bytes; null unless <see cref="FileState.Stored"/>.</summary>
    public byte[]? Sha256 { get; init; }

    /// <summary>Who sent it; null: somebody who was deleted for good.</summary>
    public Guid? CreatedBy { get; init; }

    /// <summary>UTC: when it began to be sent.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>How far it is.</summary>
    public required FileState State { get; init; }
}

/// <summary>How far a file is. Its bytes count until it is deleted.</summary>
public enum FileState
{
    /// <summary>It is being sent, or whoever sent it hung up a moment ago.</summary>
    Uploading,

    /// <summary>It is there.</summary>
    Stored,

    /// <summary>It is there for nobody, and the storage is to forget it.</summary>
    Deleted,
}

/// <summary>How much the tenant's files are. It has one row, which whoever needs room changes.</summary>
public sealed class FileUsage
{
    /// <summary>Of the one row.</summary>
    public const short Only = 1;

    /// <summary><see cref="Only"/>.</summary>
    public required short Id { get; init; }

    /// <summary>Bytes of all files, those being sent included.</summary>
    public required long Bytes { get; init; }
}
