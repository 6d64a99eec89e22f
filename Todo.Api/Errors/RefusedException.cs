namespace Todo.Api.Errors;

/// <summary>
/// A rule that only the work itself can check, often under a lock, does not let it be done. <see cref="Refusals.ExplainRefusals"/> turns
/// it into a problem; leaving by exception rolls back whatever the work had begun.
/// </summary>
/// <param name="statusCode">The HTTP status.</param>
/// <param name="detail">For the person who reads it: what is wrong and what to do.</param>
/// <param name="extensions">Members of the problem beyond the standard ones, such as numbers.</param>
internal sealed class RefusedException(int statusCode, string detail, IReadOnlyDictionary<string, object?>? extensions = null) : Exception(detail)
{
    public int StatusCode => statusCode;

    public IReadOnlyDictionary<string, object?>? Extensions => extensions;

    public static RefusedException Invalid(string detail, IReadOnlyDictionary<string, object?>? extensions = null) => new(StatusCodes.Status400BadRequest, detail, extensions);

    /// <summary>Of several fields, or of one among the items of a call: with the path of each, as validation answers too.</summary>
    public static RefusedException Invalid(IReadOnlyDictionary<string, string[]> errors) =>
        Invalid("One or more fields are wrong; errors says which and why.", new Dictionary<string, object?> { ["errors"] = errors });

    /// <summary>Of one field.</summary>
    public static RefusedException InvalidField(string field, string rule) => Invalid(new Dictionary<string, string[]> { [field] = [rule] });

    public static RefusedException Forbidden(string detail) => new(StatusCodes.Status403Forbidden, detail);

    public static RefusedException NotFound(string detail) => new(StatusCodes.Status404NotFound, detail);

    public static RefusedException Conflict(string detail, IReadOnlyDictionary<string, object?>? extensions = null) => new(StatusCodes.Status409Conflict, detail, extensions);
}

/// <summary>Answers with the problem that a <see cref="RefusedException"/> tells of.</summary>
internal static class Refusals
{
    public static TBuilder ExplainRefusals<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.AddEndpointFilter(ExplainAsync);

    private static async ValueTask<object?> ExplainAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (RefusedException refused)
        {
            return TypedResults.Problem(refused.Message, statusCode: refused.StatusCode, extensions: refused.Extensions);
        }
    }
}
