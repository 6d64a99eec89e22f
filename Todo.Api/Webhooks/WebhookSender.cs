using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Options;
using Todo.Data.Tenants;

namespace Todo.Api.Webhooks;

/// <summary>How an attempt went.</summary>
/// <param name="Status">The answer's status; null: there was none.</param>
/// <param name="Error">Why it failed, for whoever manages the webhook; null: it did not.</param>
/// <param name="Duration">How long it took.</param>
public readonly record struct Attempt(int? Status, string? Error, TimeSpan Duration);

/// <summary>Tells receivers. Who manages webhooks chooses whom this service calls, so it calls nobody inside of its network, follows nobody elsewhere and says nothing of itself.</summary>
internal sealed class WebhookSender : IDisposable
{
    private const string NotOutside = "The address is none of the public internet.";

    private readonly WebhookSecrets _secrets;
    private readonly WebhookOptions _options;
    private readonly TimeProvider _clock;
    private readonly HttpClient _client;

    public WebhookSender(WebhookSecrets secrets, IOptions<WebhookOptions> options, TimeProvider clock)
    {
        (_secrets, _options, _clock) = (secrets, options.Value, clock);
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = _options.Timeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxConnectionsPerServer = 8,
            MaxResponseHeadersLength = 16,
            ConnectCallback = ConnectAsync,
        })
        {
            Timeout = _options.Timeout,
        };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Todo-Webhooks", "1"));
    }

    /// <summary>Why an address can't be a webhook's; null: it can.</summary>
    public string? Refuse(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http") || uri.Host.Length == 0)
        {
            return "Give a whole address, such as https://example.com/todo.";
        }

        if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
        {
            return "An address of a webhook has neither a password nor a fragment.";
        }

        return _options.AllowInside ? null
            : uri.Scheme != "https" ? "Only https is told anything."
            : IPAddress.TryParse(uri.IdnHost.Trim('[', ']'), out var address) && !OutsideAddress.IsOutside(address) ? NotOutside
            : null;
    }

    /// <summary>Tells a receiver, once.</summary>
    public async Task<Attempt> SendAsync(Guid tenant, Webhook webhook, WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        if (Refuse(webhook.Url) is { } rule)
        {
            return Done(null, rule);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url)
        {
            Content = new StringContent(delivery.Body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add(WebhookSecrets.Header, WebhookSecrets.Sign(_secrets.Of(tenant, webhook), _clock.GetUtcNow(), delivery.Body));
        request.Headers.Add("Todo-Event", delivery.Kind);
        request.Headers.Add("Todo-Delivery", delivery.Id.ToString());
        try
        {
            // Of the answer only the head: what it says beyond that is nothing to us.
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var status = (int)response.StatusCode;
            return Done(status, response.IsSuccessStatusCode ? null : status is >= 300 and < 400 ? "It sent the delivery elsewhere, which is not followed. Change the webhook's address." : $"It answered {status}.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Done(null, $"It did not answer within {_options.Timeout.TotalSeconds:0.#} s.");
        }
        catch (HttpRequestException exception)
        {
            return Done(null, Explain(exception));
        }

        Attempt Done(int? status, string? error) => new(status, error, Stopwatch.GetElapsedTime(began));
    }

    public void Dispose() => _client.Dispose();

    // In words of our own: an exception's might tell what the network looks like.
    private static string Explain(HttpRequestException exception) => exception switch
    {
        { InnerException: InsideAddressException } => NotOutside,
        { HttpRequestError: HttpRequestError.NameResolutionError } => "There is no such host.",
        { HttpRequestError: HttpRequestError.SecureConnectionError } => "No secure connection could be made: its certificate may be wrong.",
        { HttpRequestError: HttpRequestError.ConnectionError } => "It could not be reached.",
        _ => "The connection broke off.",
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        IPAddress[] allowed = _options.AllowInside ? addresses : [.. addresses.Where(OutsideAddress.IsOutside)];
        if (allowed.Length == 0)
        {
            throw new InsideAddressException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class InsideAddressException() : IOException(NotOutside);
}
