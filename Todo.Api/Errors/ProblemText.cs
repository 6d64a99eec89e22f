using System.Text.Json;
using Microsoft.AspNetCore.Mvc;

namespace Todo.Api.Errors;

/// <summary>What problems say that the framework writes by itself.</summary>
internal static class ProblemText
{
    /// <summary>Gives a problem a detail if it has none, and names fields as they stand in the caller's JSON.</summary>
    public static void Complete(ProblemDetails problem)
    {
        problem.Detail ??= problem.Status switch
        {
            StatusCodes.Status404NotFound => "There is nothing at this address. GET /openapi/v1.json lists what there is.",
            StatusCodes.Status405MethodNotAllowed => "This address does not know the method; the Allow header says which it does.",
            StatusCodes.Status408RequestTimeout => "The request took too long to come. Send it again, over a faster connection.",
            StatusCodes.Status413PayloadTooLarge => "The request body is too large; 1 MiB is the most.",
            StatusCodes.Status415UnsupportedMediaType => "Send the body as application/json.",
            _ => null,
        };
        if (problem is HttpValidationProblemDetails { Errors: { Count: > 0 } errors } invalid)
        {
            invalid.Errors = errors.ToDictionary(error => CamelCase(error.Key), error => error.Value);
        }
    }

    private static string CamelCase(string path) => string.Join('.', path.Split('.').Select(JsonNamingPolicy.CamelCase.ConvertName));
}
