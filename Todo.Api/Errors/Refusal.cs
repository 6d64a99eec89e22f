namespace Todo.Api.Errors;

/// <summary>Why a request was refused before its handler ran; written as an RFC 9457 problem.</summary>
/// <param name="StatusCode">The HTTP status.</param>
/// <param name="Detail">For the person who reads it: what is wrong and what to do; null if the status says it all.</param>
internal sealed record Refusal(int StatusCode, string? Detail)
{
    /// <summary>Seconds after which it is worth trying again.</summary>
    public const string RetryAfter = "2";

    /// <summary>Writes the answer, with the header fields that belong to its status.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCode;
        switch (StatusCode)
        {
            case StatusCodes.Status401Unauthorized:
                context.Response.Headers.WWWAuthenticate = "Bearer";
                break;
            case StatusCodes.Status503ServiceUnavailable:
                context.Response.Headers.RetryAfter = RetryAfter;
                break;
        }

        await context.RequestServices.GetRequiredService<IProblemDetailsService>().WriteAsync(new ProblemDetailsContext
        {
            HttpContext = context,
            ProblemDetails = { Status = StatusCode, Detail = Detail },
        });
    }
}
