using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

namespace Todo.Api.Edge;

/// <summary>The configuration section <c>ForwardedHeaders</c>: whose word on the caller's address, host and scheme is taken.</summary>
public sealed class ForwardedHeadersSettings
{
    /// <summary>Its name.</summary>
    public const string Section = "ForwardedHeaders";

    /// <summary>Addresses of proxies.</summary>
    public IReadOnlyList<string> KnownProxies { get; init; } = [];

    /// <summary>Networks of proxies, such as <c>10.1.0.0/16</c>.</summary>
    public IReadOnlyList<string> KnownNetworks { get; init; } = [];

    /// <summary>How many proxies stand in a row, 1 to 10.</summary>
    public int Limit { get; init; } = 1;
}

/// <summary>Takes <c>X-Forwarded-For</c>, <c>-Host</c> and <c>-Proto</c> from configured proxies, and from nobody if none is configured.</summary>
internal static class KnownProxies
{
    private const int MaxLimit = 10;

    /// <exception cref="InvalidOperationException">A proxy, network or the limit is malformed.</exception>
    public static void UseKnownProxies(this WebApplication app)
    {
        var settings = app.Configuration.GetSection(ForwardedHeadersSettings.Section).Get<ForwardedHeadersSettings>() ?? new ForwardedHeadersSettings();
        if (settings.KnownProxies.Count == 0 && settings.KnownNetworks.Count == 0)
        {
            return;
        }

        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedHost | ForwardedHeaders.XForwardedProto,
            ForwardLimit = settings.Limit is >= 1 and <= MaxLimit ? settings.Limit : throw Malformed(nameof(settings.Limit), $"{settings.Limit}", $"a number from 1 to {MaxLimit}"),
        };

        // By default this machine itself is trusted, which whatever runs beside us would be, too.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var text in settings.KnownProxies)
        {
            options.KnownProxies.Add(IPAddress.TryParse(text, out var proxy) ? proxy : throw Malformed(nameof(settings.KnownProxies), text, "an IP address"));
        }

        foreach (var text in settings.KnownNetworks)
        {
            options.KnownIPNetworks.Add(System.Net.IPNetwork.TryParse(text, out var network) ? network : throw Malformed(nameof(settings.KnownNetworks), text, "a network such as 10.1.0.0/16"));
        }

        app.UseForwardedHeaders(options);
    }

    private static InvalidOperationException Malformed(string name, string text, string wanted) =>
        new($"'{ForwardedHeadersSettings.Section}:{name}' has '{text}', which is not {wanted}.");
}
