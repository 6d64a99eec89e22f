using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace Todo.Api.Idempotency;

/// <summary>An answer as it is kept.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">The header fields that belong to the answer and not to the connection or the moment, as JSON.</param>
/// <param name="Body">Null: it was too large.</param>
internal sealed record StoredAnswer(short Status, string Headers, byte[]? Body)
{
    /// <summary>Says that an answer was given before.</summary>
    public const string ReplayedField = "Idempotency-Replayed";

    private static readonly string[] Kept = ["Content-Disposition", "Content-Language", "Content-Type", "ETag", "Link", "Location"];

    /// <summary>Runs the rest of a request and keeps its answer back.</summary>
    public static async Task<MemoryStream> CaptureAsync(HttpContext context, RequestDelegate next)
    {
        var connection = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var body = new MemoryStream();
        var captured = new StreamResponseBodyFeature(body);
        context.Features.Set<IHttpResponseBodyFeature>(captured);
        try
        {
            await next(context);
            await captured.CompleteAsync();
        }
        finally
        {
            context.Features.Set(connection);
        }

        return body;
    }

    /// <summary>The answer that a request has come to.</summary>
    public static StoredAnswer Of(HttpResponse response, MemoryStream body, int maxBytes)
    {
        var headers = Kept.Where(response.Headers.ContainsKey).ToDictionary(name => name, name => response.Headers[name].ToString());
        return new StoredAnswer(
            (short)response.StatusCode, JsonSerializer.Serialize(headers, ApiJson.Default.DictionaryStringString), body.Length <= maxBytes ? body.ToArray() : null);
    }

    /// <summary>Gives it again.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        context.Response.Headers[ReplayedField] = "true";
        foreach (var (name, value) in JsonSerializer.Deserialize(Headers, ApiJson.Default.DictionaryStringString)!)
        {
            context.Response.Headers[name] = value;
        }

        if (Body is { Length: > 0 })
        {
            await context.Response.Body.WriteAsync(Body, context.RequestAborted);
        }
    }
}
