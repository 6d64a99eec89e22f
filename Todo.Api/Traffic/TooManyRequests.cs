using System.Globalization;

namespace Todo.Api.Traffic;

/// <summary>
/// The answer 429, also to a tenant that does too much at once: the service is well and others are served, so it is the caller who has to
/// slow down, and 503 would make proxies send the same request to the next replica.
/// </summary>
internal static class TooManyRequests
{
    // Registered for this by draft-ietf-httpapi-ratelimit-headers, "violated-policies" with it.
    private const string Type = "https://iana.org/assignments/http-problem-types#quota-exceeded";

    public static async Task WriteAsync(HttpContext context, TimeSpan retryAfter, string[] policies)
    {
        var seconds = Math.Max(1, (long)Math.Ceiling(retryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        context.Response.Headers.RetryAfter = seconds;
        await context.RequestServices.GetRequiredService<IProblemDetailsService>().WriteAsync(new ProblemDetailsContext
        {
            HttpContext = context,
            ProblemDetails =
            {
                Type = Type,
                Title = "Too many requests",
                Status = StatusCodes.Status429TooManyRequests,
                Detail = $"More than {string.Join(" and ", policies.Select(policy => $"'{policy}'"))} allows. Try again in {seconds} s.",
                Extensions = { ["violated-policies"] = policies },
            },
        });
    }
}
