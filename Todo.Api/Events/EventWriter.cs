using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Todo.Data.Tenants;

namespace Todo.Api.Events;

/// <summary>Writes a stream of events as browsers read them (WHATWG HTML, server-sent events). The framework's own writes items and nothing between them.</summary>
internal sealed class EventWriter(HttpResponse response)
{
    public const string ContentType = "text/event-stream";

    /// <summary>What a program that was away too long gets first: it has to read again what it shows.</summary>
    public const string Reset = "reset";

    private const int ReconnectMilliseconds = 2_000;

    private readonly ArrayBufferWriter<byte> _text = new();

    /// <summary>Says from where on the stream goes, so that even a program that was told nothing yet can come back and miss nothing.</summary>
    public Task BeginAsync(long position, bool isReset, CancellationToken cancellationToken)
    {
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        Write(string.Create(CultureInfo.InvariantCulture, $"retry: {ReconnectMilliseconds}\nid: {position}\n"));
        Write(isReset ? $"event: {Reset}\ndata: {{}}\n\n" : "\n");
        return SendAsync(cancellationToken);
    }

    /// <summary>Adds an event to what is sent next.</summary>
    public void Add(TenantEvent one)
    {
        Write(string.Create(CultureInfo.InvariantCulture, $"id: {one.Position}\nevent: {one.Kind}\ndata: "));
        using (var json = new Utf8JsonWriter(_text))
        {
            JsonSerializer.Serialize(json, EventResponse.Of(one), ApiJson.Default.EventResponse);
        }

        Write("\n\n");
    }

    /// <summary>Says something that programs don't hear, so that nobody takes the stream for dead.</summary>
    public Task BeatAsync(CancellationToken cancellationToken)
    {
        Write(":\n\n");
        return SendAsync(cancellationToken);
    }

    /// <summary>Sends what was added.</summary>
    public async Task SendAsync(CancellationToken cancellationToken)
    {
        await response.Body.WriteAsync(_text.WrittenMemory, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
        _text.ResetWrittenCount();
    }

    private void Write(string text) => Encoding.UTF8.GetBytes(text, _text);
}
