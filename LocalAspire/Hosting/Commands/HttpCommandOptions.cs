namespace Aspire.Hosting.ApplicationModel;

/// <summary>How a command over http is shown, asked and answered.</summary>
public class HttpCommandOptions : CommandOptions
{
    /// <summary>POST if null.</summary>
    public HttpMethod? Method { get; set; }

    /// <summary>The client to send it with, by the name under which it is configured; one without a timeout if null.</summary>
    public string? HttpClientName { get; set; }

    /// <summary>Completes the request.</summary>
    public Func<HttpCommandRequestContext, Task>? PrepareRequest { get; set; }

    /// <summary>Reads the answer; if null, every 2xx is success and <see cref="ResultMode"/> says what becomes of the body.</summary>
    public Func<HttpCommandResultContext, Task<ExecuteCommandResult>>? GetCommandResult { get; set; }

    /// <summary>What becomes of the body of the answer.</summary>
    public HttpCommandResultMode ResultMode { get; set; }
}

/// <summary>What becomes of the body of the answer to a command.</summary>
public enum HttpCommandResultMode
{
    /// <summary>It is thrown away.</summary>
    None,

    /// <summary>It is the result, as JSON if it says so.</summary>
    Auto,

    /// <summary>It is the result, as JSON.</summary>
    Json,

    /// <summary>It is the result, as text.</summary>
    Text,
}

/// <summary>A command's request, to be completed.</summary>
public sealed class HttpCommandRequestContext
{
    /// <summary>The AppHost's services.</summary>
    public required IServiceProvider Services { get; init; }

    /// <summary>The instance the command is given to.</summary>
    public required string ResourceName { get; init; }

    /// <summary>Where the request goes.</summary>
    public required EndpointReference Endpoint { get; init; }

    /// <summary>Cancelled when nobody waits for it any more.</summary>
    public required CancellationToken CancellationToken { get; init; }

    /// <summary>Who sends it.</summary>
    public required HttpClient HttpClient { get; init; }

    /// <summary>The request.</summary>
    public required HttpRequestMessage Request { get; init; }
}

/// <summary>The answer to a command's request.</summary>
public sealed class HttpCommandResultContext
{
    /// <summary>The AppHost's services.</summary>
    public required IServiceProvider Services { get; init; }

    /// <summary>The instance the command was given to.</summary>
    public required string ResourceName { get; init; }

    /// <summary>Where the request went.</summary>
    public required EndpointReference Endpoint { get; init; }

    /// <summary>Cancelled when nobody waits for it any more.</summary>
    public required CancellationToken CancellationToken { get; init; }

    /// <summary>Who sent it.</summary>
    public required HttpClient HttpClient { get; init; }

    /// <summary>The answer.</summary>
    public required HttpResponseMessage Response { get; init; }
}
