using System.Buffers;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Options;

namespace Todo.Api.Files;

/// <summary>
/// Files in a bucket, of Amazon's S3 or of a server that speaks as it does. A content that fits into one part is one object at once; a larger one is sent in
/// parts, and is there when all of them are. No more than a part is in memory.
/// </summary>
public sealed class S3FileStorage : IFileStorage, IDisposable
{
    // The least that S3 takes for a part that is not the last.
    private const int PartBytes = 5 * 1024 * 1024;

    private readonly AmazonS3Client _client;
    private readonly S3Options _options;

    /// <summary>Asks nothing yet: a bucket that is away at the start may be there later.</summary>
    public S3FileStorage(IOptions<FilesOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value.S3;
        var config = new AmazonS3Config { AuthenticationRegion = _options.Region, ForcePathStyle = _options.PathStyle };
        if (_options.ServiceUrl is { Length: > 0 } url)
        {
            config.ServiceURL = url;
        }
        else
        {
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(_options.Region);
        }

        _client = new AmazonS3Client(config);
    }

    /// <inheritdoc/>
    public async Task WriteAsync(FileKey key, Stream content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        var buffer = ArrayPool<byte>.Shared.Rent(PartBytes);
        try
        {
            var length = await content.ReadAtLeastAsync(buffer.AsMemory(0, PartBytes), PartBytes, throwOnEndOfStream: false, cancellationToken);
            if (length < PartBytes)
            {
                await AskAsync("be written", key, () => _client.PutObjectAsync(
                    new PutObjectRequest { BucketName = _options.Bucket, Key = NameOf(key), InputStream = new MemoryStream(buffer, 0, length, writable: false), UseChunkEncoding = false }, cancellationToken));
            }
            else
            {
                await WritePartsAsync(key, content, buffer, cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenAsync(FileKey key, long offset, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest { BucketName = _options.Bucket, Key = NameOf(key) };
        if (offset > 0)
        {
            request.ByteRange = new ByteRange($"bytes={offset}-");
        }

        var response = await AskAsync("be read", key, () => _client.GetObjectAsync(request, cancellationToken));
        return response.ResponseStream;
    }

    /// <inheritdoc/>
    public Task DeleteAsync(FileKey key, CancellationToken cancellationToken) =>
        AskAsync("be deleted", key, () => _client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = _options.Bucket, Key = NameOf(key) }, cancellationToken));

    /// <inheritdoc/>
    /// <remarks>Without uploads in parts of which the end never came: let a lifecycle rule of the bucket's end those (AbortIncompleteMultipartUpload).</remarks>
    public async IAsyncEnumerable<KeptFile> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = _options.Prefix };
        ListObjectsV2Response page;
        do
        {
            page = await AskAsync("be listed", default, () => _client.ListObjectsV2Async(request, cancellationToken));
            foreach (var one in page.S3Objects)
            {
                if (one.Key[_options.Prefix.Length..].Split('/') is [var tenant, var file] && FileKey.TryParse(tenant, file, out var key))
                {
                    yield return new KeptFile(key, one.LastModified.ToUniversalTime());
                }
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated);
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task WritePartsAsync(FileKey key, Stream content, byte[] buffer, CancellationToken cancellationToken)
    {
        var upload = (await AskAsync("be begun", key, () => _client.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { BucketName = _options.Bucket, Key = NameOf(key) }, cancellationToken))).UploadId;
        try
        {
            var parts = new List<PartETag>();
            for (var length = PartBytes; length > 0; length = await content.ReadAtLeastAsync(buffer.AsMemory(0, PartBytes), PartBytes, throwOnEndOfStream: false, cancellationToken))
            {
                var request = new UploadPartRequest
                {
                    BucketName = _options.Bucket,
                    Key = NameOf(key),
                    UploadId = upload,
                    PartNumber = parts.Count + 1,
                    PartSize = length,
                    InputStream = new MemoryStream(buffer, 0, length, writable: false),
                    UseChunkEncoding = false,
                };
                var part = await AskAsync("be written", key, () => _client.UploadPartAsync(request, cancellationToken));
                parts.Add(new PartETag(request.PartNumber, part.ETag));
            }

            await AskAsync("be written", key, () => _client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = _options.Bucket, Key = NameOf(key), UploadId = upload, PartETags = parts }, cancellationToken));
        }
        catch
        {
            await TryAbortAsync(key, upload);
            throw;
        }
    }

    private async Task TryAbortAsync(FileKey key, string upload)
    {
        try
        {
            await AskAsync("be given up", key, () => _client.AbortMultipartUploadAsync(
                new AbortMultipartUploadRequest { BucketName = _options.Bucket, Key = NameOf(key), UploadId = upload }, CancellationToken.None));
        }
        catch (FileStorageException)
        {
            // A lifecycle rule ends it.
        }
    }

    private static async Task<T> AskAsync<T>(string what, FileKey key, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception) when (exception is AmazonServiceException or AmazonClientException or HttpRequestException or IOException)
        {
            throw new FileStorageException(key, "could not " + what, exception);
        }
    }

    private string NameOf(FileKey key) => $"{_options.Prefix}{key.TenantName}/{key.FileName}";
}
