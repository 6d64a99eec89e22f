namespace Todo.Api.Edge;

/// <summary>Header fields that keep browsers from doing with an answer what it is not for; on every answer, errors included.</summary>
internal static class SecurityHeaders
{
    // Answers are data: nothing in them is to be run, shown in a frame or loaded.
    private const string PolicyOfData = "default-src 'none'; frame-ancestors 'none'";

    // The documentation's own scripts come from here and none stands in the page. Its scripts set styles, and its icons are data.
    private const string PolicyOfPages =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

    private const string OneYear = "max-age=31536000; includeSubDomains";

    public static void UseSecurityHeaders(this WebApplication app)
    {
        var isStrict = !app.Environment.IsDevelopment();
        app.Use((context, next) =>
        {
            // At the start of the answer: whoever answers an exception clears the headers that were set before.
            context.Response.OnStarting(static state =>
            {
                var (response, isStrict) = ((HttpResponse, bool))state;
                Write(response, isStrict);
                return Task.CompletedTask;
            }, (context.Response, isStrict));
            return next(context);
        });
    }

    private static void Write(HttpResponse response, bool isStrict)
    {
        var headers = response.Headers;
        var isPage = response.HttpContext.Request.Path.StartsWithSegments("/docs");
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        if (headers.ContentSecurityPolicy.Count == 0)
        {
            // A page of our own making has set a stricter one.
            headers.ContentSecurityPolicy = isPage ? PolicyOfPages : PolicyOfData;
        }

        if (isStrict)
        {
            // Over plain HTTP too, where browsers ignore it (RFC 6797 §8.1): a proxy that ends TLS may not tell us that it does.
            headers.StrictTransportSecurity = OneYear;
        }

        if (!isPage && headers.CacheControl.Count == 0)
        {
            // Tokens and people's data, good for this caller and this moment.
            headers.CacheControl = "no-store";
        }
    }
}
