using Microsoft.Net.Http.Headers;
using Todo.Data.Tenants;

namespace Todo.Api.Files;

/// <summary>Hands a file out: always to be saved and never to be shown, so that whatever somebody has sent does nothing in the name of this address.</summary>
internal static class FileDownload
{
    /// <summary>For the description, which has no word for all media types.</summary>
    public const string AnyFile = "application/octet-stream";

    // Should a browser show it all the same: nothing in it runs, and it has no origin.
    private const string Policy = "default-src 'none'; frame-ancestors 'none'; sandbox";

    /// <summary>The answer, or a part of it (RFC 9110 §14), or that nothing has changed.</summary>
    public static IResult Of(HttpContext context, IFileStorage storage, Guid tenant, StoredFile file)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.CacheControl = "private, no-cache";
        DigestField.Show(context.Response, file.Sha256!);
        return TypedResults.Stream(
            new StoredContent(storage, new FileKey(tenant, file.Id), file.Size),
            file.ContentType,
            file.Name,
            lastModified: null,
            new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(file.Sha256!)}\""),
            enableRangeProcessing: true);
    }
}
