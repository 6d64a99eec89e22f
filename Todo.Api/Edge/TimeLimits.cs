using Microsoft.AspNetCore.Http.Timeouts;

namespace Todo.Api.Edge;

/// <summary>How long a request may take, to send and to answer.</summary>
internal static class TimeLimits
{
    private const string Setting = "Requests:Timeout";
    private const int MaxHeaderBytes = 16 * 1024;

    // Whoever opens a connection and says nothing, or a header line a minute, holds it no longer than this.
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Default = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <exception cref="InvalidOperationException">The configured time is malformed.</exception>
    public static void AddTimeLimits(this WebApplicationBuilder builder)
    {
        var timeout = builder.Configuration.GetValue(Setting, Default);
        if (timeout <= TimeSpan.Zero || timeout > Longest)
        {
            throw new InvalidOperationException($"'{Setting}' must be a time above zero and up to {Longest}, not {timeout}.");
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        });
        builder.Services.AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new RequestTimeoutPolicy { Timeout = timeout, TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable });
    }

    /// <summary>An endpoint that takes longer says so with <c>DisableRequestTimeout</c>, as operators' do.</summary>
    public static void UseTimeLimits(this WebApplication app) => app.UseRequestTimeouts();
}
