using System.Net.Mime;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using LocalAspire.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalAspire.Dashboard.Otlp;

/// <summary>
/// Receives OTLP over HTTP as protobuf (OpenTelemetry protocol specification, section OTLP/HTTP): what is too large, malformed, of another
/// type or without the key is refused with the status that the specification asks for, and nothing of it is kept.
/// </summary>
internal sealed class OtlpReceiver(TelemetryStore store, string apiKey) : IDisposable
{
    public const string KeyHeader = "x-otlp-api-key";

    // Each holds a body of up to 16 MB and what is made of it.
    private const int AtOnce = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly byte[] _keyHash = SHA256.HashData(Encoding.UTF8.GetBytes(apiKey));
    private readonly SemaphoreSlim _places = new(AtOnce);

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/traces", context => ReceiveAsync(context, body => Keep(OtlpTraces.Read(body), store.Traces.Add)));
        app.MapPost("/v1/logs", context => ReceiveAsync(context, body => Keep(OtlpLogs.Read(body), store.Logs.Add)));
        app.MapPost("/v1/metrics", context => ReceiveAsync(context, body => Keep(OtlpMetrics.Read(body), store.Metrics.Add)));
    }

    public void Dispose() => _places.Dispose();

    private static int Keep<T>(Batch<T> batch, Action<IReadOnlyList<T>> add)
    {
        add(batch.Items);
        return batch.Rejected;
    }

    private async Task ReceiveAsync(HttpContext context, Func<OtlpReader, int> keep)
    {
        var request = context.Request;
        var encoding = request.Headers.ContentEncoding.ToString();
        var isGzip = encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase);
        var refusal =
            !HasKey(request) ? (StatusCodes.Status401Unauthorized, $"The header {KeyHeader} is missing or wrong.")
            : !IsProtobuf(request.ContentType) ? (StatusCodes.Status415UnsupportedMediaType, "Only application/x-protobuf is understood.")
            : !isGzip && encoding is not ("" or "identity") ? (StatusCodes.Status415UnsupportedMediaType, "Only gzip is understood as a content encoding.")
            : request.ContentLength > OtlpBody.MaxReceived ? (StatusCodes.Status413PayloadTooLarge, $"A body may have {OtlpBody.MaxReceived} bytes at most.")
            : (0, "");
        if (refusal.Item1 != 0)
        {
            await RefuseAsync(context, refusal.Item1, refusal.Item2);
            return;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        patience.CancelAfter(Patience);
        try
        {
            await _places.WaitAsync(patience.Token);
            try
            {
                using var body = await OtlpBody.ReadAsync(request, isGzip, patience.Token) ?? throw new TooManyItemsException("Unpacked, the body is too large.");
                using var reader = new OtlpReader(body.Buffer, body.Length);
                await AcceptAsync(context, keep(reader));
            }
            finally
            {
                _places.Release();
            }
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or MalformedOtlpException or InvalidDataException)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "The body is malformed.");
        }
        catch (TooManyItemsException exception)
        {
            await RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, exception.Message);
        }
        catch (BadHttpRequestException exception)
        {
            await RefuseAsync(context, exception.StatusCode, "The body is too large, or did not come.");
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            context.Response.Headers.RetryAfter = "1";
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "Too much at once.");
        }
        catch (OperationCanceledException)
        {
            // The sender has gone.
        }
    }

    private bool HasKey(HttpRequest request) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(request.Headers[KeyHeader].ToString())), _keyHash);

    private static bool IsProtobuf(string? contentType)
    {
        try
        {
            return contentType is not null && new ContentType(contentType).MediaType.Equals("application/x-protobuf", StringComparison.OrdinalIgnoreCase);
        }
        catch (FormatException)
        {
            return false;
        }
    }

    // An empty message means that all was taken. Export…ServiceResponse: 1 partial success, in that 1 the number of rejected items.
    private static async Task AcceptAsync(HttpContext context, int rejected)
    {
        context.Response.ContentType = "application/x-protobuf";
        if (rejected > 0)
        {
            var size = 1 + CodedOutputStream.ComputeInt64Size(rejected);
            using var message = new MemoryStream();
            using (var output = new CodedOutputStream(message, leaveOpen: true))
            {
                output.WriteTag(1, WireFormat.WireType.LengthDelimited);
                output.WriteLength(size);
                output.WriteTag(1, WireFormat.WireType.Varint);
                output.WriteInt64(rejected);
            }

            await context.Response.Body.WriteAsync(message.ToArray(), context.RequestAborted);
        }
    }

    private static async Task RefuseAsync(HttpContext context, int status, string reason)
    {
        if (context.Response.HasStarted)
        {
            return;
        }

        context.Response.StatusCode = status;
        await context.Response.WriteAsync(reason, context.RequestAborted);
    }
}
