using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Todo.Api.Files;
using Todo.Api.Identity;

namespace Todo.Api.Edge;

/// <summary>The secret that a request's address had.</summary>
/// <param name="Token">Its text.</param>
internal sealed record PathSecret(string Token);

/// <summary>
/// Takes secrets out of addresses before anybody sees them: calendar programs, and whoever follows a link to a file, can send none elsewhere, and addresses
/// are in logs, their scopes and traces. In the path stays a part of its hash, by which people can tell addresses apart.
/// </summary>
/// <remarks>Around the server, since the framework's own log scope and span take the path before any middleware runs.</remarks>
internal static class SecretPaths
{
    private const int ShownBytes = 6;

    private static readonly (string Folder, string Prefix, string Extension)[] Kinds = [("/calendar/", Bearer.CalendarPrefix, ".ics"), ("/files/", FileLinks.Prefix, "")];

    public static void AddSecretPaths(this WebApplicationBuilder builder)
    {
        var inner = builder.Services.Last(service => service.ServiceType == typeof(IServer));
        builder.Services.AddSingleton<IServer>(provider => new Server(
            (IServer)(inner.ImplementationFactory?.Invoke(provider) ?? ActivatorUtilities.CreateInstance(provider, inner.ImplementationType!))));
    }

    /// <summary>The token in the address of a request; null if it had none.</summary>
    public static AccessToken? TokenOf(HttpContext context) =>
        context.Features.Get<PathSecret>() is { } secret && AccessToken.TryParse(secret.Token, out var token) ? token : null;

    private static void Hide(IFeatureCollection features)
    {
        if (features.Get<IHttpRequestFeature>() is not { Path: { } path } request)
        {
            return;
        }

        foreach (var (folder, prefix, extension) in Kinds)
        {
            if (path.StartsWith(folder, StringComparison.OrdinalIgnoreCase) && path.IndexOf(prefix, StringComparison.OrdinalIgnoreCase) is > 0 and var start)
            {
                var token = path[(start + prefix.Length)..];
                token = token.EndsWith(extension, StringComparison.OrdinalIgnoreCase) ? token[..^extension.Length] : token;
                features.Set(new PathSecret(token));
                request.Path = folder + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)).AsSpan(0, ShownBytes)) + extension;
                request.RawTarget = request.Path;
                return;
            }
        }
    }

    private sealed class Server(IServer inner) : IServer
    {
        public IFeatureCollection Features => inner.Features;

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => inner.StartAsync(new Application<TContext>(application), cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => inner.StopAsync(cancellationToken);

        public void Dispose() => inner.Dispose();
    }

    private sealed class Application<TContext>(IHttpApplication<TContext> inner) : IHttpApplication<TContext>
        where TContext : notnull
    {
        public TContext CreateContext(IFeatureCollection contextFeatures)
        {
            Hide(contextFeatures);
            return inner.CreateContext(contextFeatures);
        }

        public void DisposeContext(TContext context, Exception? exception) => inner.DisposeContext(context, exception);

        public Task ProcessRequestAsync(TContext context) => inner.ProcessRequestAsync(context);
    }
}
