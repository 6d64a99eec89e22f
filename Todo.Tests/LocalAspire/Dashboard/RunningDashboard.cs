using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Dashboard;
using LocalAspire.Dashboard;
using LocalAspire.Dashboard.Otlp;
using Microsoft.Extensions.DependencyInjection;
using Todo.Tests.Servers;

namespace Todo.Tests.LocalAspire.Dashboard;

/// <summary>The dashboard of an AppHost that runs, and the two kinds of people who speak to it: readers and senders of telemetry.</summary>
internal sealed class RunningDashboard : IAsyncDisposable
{
    private readonly SampleApplication _sample;

    private RunningDashboard(SampleApplication sample)
    {
        _sample = sample;
        Server = sample.App.Services.GetRequiredService<DashboardService>().Server!;
        Reader = new() { BaseAddress = new(Server.Url), Timeout = Eventually.Patience };
        Reader.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Server.Token);

        // Whoever asks first whether to send a body waits for the answer, and does not send it unasked after a second.
        Sender = new(new SocketsHttpHandler { Expect100ContinueTimeout = Eventually.Patience }) { BaseAddress = new(Server.OtlpUrl), Timeout = Eventually.Patience };
        Sender.DefaultRequestHeaders.Add(OtlpReceiver.KeyHeader, Server.OtlpApiKey);
    }

    public DashboardServer Server { get; }

    public SampleApplication Sample => _sample;

    /// <summary>Has the token.</summary>
    public HttpClient Reader { get; }

    /// <summary>Has the key.</summary>
    public HttpClient Sender { get; }

    public static async Task<RunningDashboard> StartAsync(Action<SampleApplication>? build = null)
    {
        var sample = SampleApplication.WithDashboard();
        build?.Invoke(sample);
        await sample.StartAsync();
        return new(sample);
    }

    public static HttpContent Protobuf(byte[] body, string? encoding = null)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/x-protobuf");
        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        return content;
    }

    public async Task<HttpResponseMessage> SendAsync(string signal, HttpContent content) =>
        await Sender.PostAsync($"/v1/{signal}", content);

    public async Task<JsonElement> ReadAsync(string path) =>
        await Reader.GetFromJsonAsync<JsonElement>(path);

    public async ValueTask DisposeAsync()
    {
        Reader.Dispose();
        Sender.Dispose();
        await _sample.DisposeAsync();
    }
}
