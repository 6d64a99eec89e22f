using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LocalAspire.Dashboard.Telemetry;
using Microsoft.AspNetCore.Http;

namespace LocalAspire.Dashboard.Api;

/// <summary>How requests are read and answers written under /api.</summary>
internal static class Answers
{
    public static async Task WriteAsync<T>(this HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        await JsonSerializer.SerializeAsync(context.Response.Body, value, type, context.RequestAborted);
    }

    public static async Task NotFoundAsync(this HttpContext context, string what)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        await context.Response.WriteAsync(what, context.RequestAborted);
    }

    /// <summary>Sends server-sent events until the browser goes or the dashboard stops.</summary>
    public static async Task StreamAsync<T>(this HttpContext context, IAsyncEnumerable<T> items, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        context.Response.ContentType = "text/event-stream";
        try
        {
            await foreach (var item in items.WithCancellation(cancellationToken))
            {
                await context.Response.WriteAsync($"data: {JsonSerializer.Serialize(item, type)}\n\n", cancellationToken);
                await context.Response.Body.FlushAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody listens any more.
        }
    }

    public static string? Text(this HttpRequest request, string name) => request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    /// <summary>A number from the query: <paramref name="otherwise"/> if it is missing or none, and never outside of the range.</summary>
    public static int Number(this HttpRequest request, string name, int otherwise, int min, int max) =>
        int.TryParse(request.Query[name], NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? Math.Clamp(number, min, max) : otherwise;

    public static string Hex(UInt128 traceId) => traceId.ToString("x32", CultureInfo.InvariantCulture);

    public static string Hex(ulong spanId) => spanId.ToString("x16", CultureInfo.InvariantCulture);

    public static UInt128? TraceId(string? text) =>
        UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>Nanoseconds since 1970 as milliseconds since 1970, with their fraction: exact enough for a double to a quarter of a microsecond.</summary>
    public static double Milliseconds(long nanoseconds) => nanoseconds / 1e6;

    public static Dictionary<string, string> Map(TelemetryAttribute[] attributes)
    {
        var map = new Dictionary<string, string>(attributes.Length);
        foreach (var (key, value) in attributes)
        {
            map[key] = value;
        }

        return map;
    }
}
