namespace Todo.Api.Errors;

/// <summary>
/// Writes the problem for callers whose <c>Accept</c> has no place for JSON, where the framework would end with an empty 500. A server may
/// disregard <c>Accept</c> (RFC 9110 §12.5.1), and a reason in the wrong format helps more than none.
/// </summary>
internal sealed class ProblemForEverybody : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => context.HttpContext.Request.Headers.Accept.Count > 0;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        // Without the header the framework's own writer, which is asked first, takes it.
        context.HttpContext.Request.Headers.Accept = default;
        await context.HttpContext.RequestServices.GetRequiredService<IProblemDetailsService>().WriteAsync(context);
    }
}
