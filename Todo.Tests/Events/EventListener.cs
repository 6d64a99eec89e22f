using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Threading.Channels;
using Todo.Tests.Servers;

namespace Todo.Tests.Events;

/// <summary>What somebody hears on a stream of events.</summary>
/// <param name="Position">Of the stream.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Data">What is told of it.</param>
internal sealed record Heard(long Position, string Kind, JsonElement Data)
{
    public Guid? TodoId => Id("todoId");

    public Guid? ListId => Id("listId");

    public Guid? SubjectId => Id("subjectId");

    private Guid? Id(string name) => Data.GetProperty(name) is { ValueKind: JsonValueKind.String } id ? id.GetGuid() : null;
}

/// <summary>Listens to a stream of events.</summary>
internal sealed class EventListener : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<Heard> _heard = Channel.CreateUnbounded<Heard>();
    private readonly HttpResponseMessage _response;
    private readonly SseParser<string> _parser;
    private readonly Task _listening;

    private EventListener(HttpResponseMessage response, Stream stream)
    {
        _response = response;
        _parser = SseParser.Create(stream);
        _listening = ListenAsync();
    }

    /// <summary>Where the stream stands.</summary>
    public string LastEventId => _parser.LastEventId;

    /// <summary>Ends when the stream does.</summary>
    public Task Ended => _listening;

    /// <summary>Opens one; what happens from then on is heard.</summary>
    public static async Task<EventListener> OpenAsync(HttpClient client, string? lastEventId = null, string path = "/events")
    {
        var response = await AskAsync(client, lastEventId, path);
        response.IsSuccessStatusCode.ShouldBeTrue($"{(int)response.StatusCode}");
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        return new EventListener(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>Asks for one.</summary>
    public static async Task<HttpResponseMessage> AskAsync(HttpClient client, string? lastEventId = null, string path = "/events")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>The next event.</summary>
    public async Task<Heard> NextAsync()
    {
        using var patience = new CancellationTokenSource(Eventually.Patience);
        return await _heard.Reader.ReadAsync(patience.Token);
    }

    /// <summary>The next events.</summary>
    public async Task<IReadOnlyList<Heard>> NextAsync(int count)
    {
        var heard = new List<Heard>();
        while (heard.Count < count)
        {
            heard.Add(await NextAsync());
        }

        return heard;
    }

    /// <summary>All that comes until the stream ends.</summary>
    public async Task<IReadOnlyList<Heard>> RestAsync()
    {
        await _listening.WaitAsync(Eventually.Patience);
        var heard = new List<Heard>();
        while (_heard.Reader.TryRead(out var one))
        {
            heard.Add(one);
        }

        return heard;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _response.Dispose();
        await _listening;
        _stop.Dispose();
    }

    private async Task ListenAsync()
    {
        try
        {
            await foreach (var item in _parser.EnumerateAsync(_stop.Token))
            {
                await _heard.Writer.WriteAsync(new Heard(long.Parse(_parser.LastEventId, System.Globalization.CultureInfo.InvariantCulture), item.EventType, JsonSerializer.Deserialize<JsonElement>(item.Data)));
            }
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            // Cut, by either side.
        }

        _heard.Writer.TryComplete();
    }
}
