using System.ComponentModel.DataAnnotations;
using Todo.Data.Tenants;

namespace Todo.Api.Files;

/// <summary>A file on a todo.</summary>
/// <param name="Id">Its id.</param>
/// <param name="TodoId">The todo.</param>
/// <param name="Name">As whoever sent it calls it.</param>
/// <param name="ContentType">What it is, by its first bytes; application/octet-stream: something else.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Of its content, in hex; the ETag of the content is the same.</param>
/// <param name="CreatedBy">Who sent it; null: somebody who was deleted for good.</param>
/// <param name="CreatedAt">UTC.</param>
public sealed record FileResponse(Guid Id, Guid TodoId, string Name, string ContentType, long Size, string Sha256, Guid? CreatedBy, DateTimeOffset CreatedAt)
{
    internal static FileResponse Of(StoredFile file) =>
        new(file.Id, file.TodoId!.Value, file.Name, file.ContentType, file.Size, Convert.ToHexStringLower(file.Sha256!), file.CreatedBy, file.CreatedAt);
}

/// <summary>How much a tenant's files are, and may be.</summary>
/// <param name="UsedBytes">Of all files, those being sent included.</param>
/// <param name="QuotaBytes">As much as they may be.</param>
/// <param name="MaxFileBytes">As much as one may be.</param>
public sealed record FileUsageResponse(long UsedBytes, long QuotaBytes, long MaxFileBytes);

/// <summary>A link to a file, to be made.</summary>
/// <param name="Minutes">How long it works: 7 days at most, and an hour if absent.</param>
public sealed record NewFileLink([Range(NewFileLink.MinMinutes, NewFileLink.MaxMinutes)] int Minutes = NewFileLink.DefaultMinutes)
{
    internal const int MinMinutes = 1;
    internal const int DefaultMinutes = 60;
    internal const int MaxMinutes = 7 * 24 * 60;
}

/// <summary>A link that was just made.</summary>
/// <param name="Url">Whoever has it gets the file, without signing in; it is shown this once.</param>
/// <param name="ExpiresAt">UTC.</param>
public sealed record FileLinkCreated(string Url, DateTimeOffset ExpiresAt);
