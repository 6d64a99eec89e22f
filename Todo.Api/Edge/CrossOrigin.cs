using Microsoft.Net.Http.Headers;
using Todo.Api.Files;
using Todo.Api.Idempotency;

namespace Todo.Api.Edge;

/// <summary>Lets scripts of other origins call the API: of those in <c>Cors:Origins</c>, and of none if there are none.</summary>
internal static class CrossOrigin
{
    private const string Setting = "Cors:Origins";

    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    private static readonly string[] Sent = [HeaderNames.Authorization, HeaderNames.ContentType, HeaderNames.IfMatch, HeaderNames.IfNoneMatch, HeaderNames.IfRange, KeyField.Name, HeaderNames.Range, "tenant", .. DigestField.Names];
    private static readonly string[] Read = [HeaderNames.ContentDisposition, HeaderNames.ContentRange, HeaderNames.ETag, HeaderNames.Link, HeaderNames.Location, HeaderNames.RetryAfter, StoredAnswer.ReplayedField, "RateLimit", "RateLimit-Policy"];
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    /// <exception cref="InvalidOperationException">An origin is not one.</exception>
    public static void AddCrossOrigin(this WebApplicationBuilder builder)
    {
        if (Origins(builder.Configuration) is { Length: > 0 } origins)
        {
            // Without credentials: the one cookie there is, the operators', is for our own page; a token is sent by whoever has it.
            builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
                .WithOrigins(origins).WithMethods(Methods).WithHeaders(Sent).WithExposedHeaders(Read).SetPreflightMaxAge(Remembered)));
        }
    }

    public static void UseCrossOrigin(this WebApplication app)
    {
        if (Origins(app.Configuration).Length > 0)
        {
            app.UseCors();
        }
    }

    private static string[] Origins(IConfiguration configuration)
    {
        var origins = configuration.GetSection(Setting).Get<string[]>() ?? [];
        foreach (var origin in origins)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.GetLeftPart(UriPartial.Authority) != origin)
            {
                throw new InvalidOperationException($"'{Setting}' has '{origin}', which is not an origin such as https://todo.example.com. There is no word for all origins.");
            }
        }

        return origins;
    }
}
