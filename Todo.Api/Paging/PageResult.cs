using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Metadata;

namespace Todo.Api.Paging;

/// <summary>
/// Answers 200 with a page, in the same JSON as <c>TypedResults.Ok</c>, for less: that one takes the serializer's general path, because
/// the framework's options name an encoder. Here the writer names it, and the generated code writes straight into the response.
/// </summary>
/// <param name="Page">The page.</param>
/// <param name="Type">From the source-generated context.</param>
public sealed record PageResult<T>(Page<T> Page, JsonTypeInfo<Page<T>> Type) : IResult, IEndpointMetadataProvider
{
    private const string Json = "application/json";

    // As the framework's: what is not read as HTML needs no escaping of letters beyond ASCII. SkipValidation: the code is generated.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(Page<T>), [Json]));
    }

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var response = httpContext.Response;
        response.ContentType = Json + "; charset=utf-8";

        // Once the headers are written the body needs no copy of its own before the first flush.
        await response.StartAsync(httpContext.RequestAborted);
        using var writer = new Utf8JsonWriter(response.BodyWriter, Options);
        JsonSerializer.Serialize(writer, Page, Type);

        // No flush of the response: the server sends the body together with its end, in one piece.
    }
}
