using System.Text.Json.Serialization;

namespace Todo.Api.Errors;

/// <summary>What every request must keep to, and how it is answered when it does not.</summary>
internal static class RequestRules
{
    // The largest body is a todo with long notes; an upload of a file states its own limit.
    private const long MaxBodyBytes = 1024 * 1024;

    public static void AddRequestRules(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        });

        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.RespectRequiredConstructorParameters = true;
        });
        // Thrown in every environment, so that one place answers all of them.
        builder.Services.Configure<RouteHandlerOptions>(routing => routing.ThrowOnBadRequest = true);
        builder.Services.AddValidation();
        builder.Services.AddProblemDetails(problems => problems.CustomizeProblemDetails = context => ProblemText.Complete(context.ProblemDetails));
        builder.Services.AddSingleton<IProblemDetailsWriter, ProblemForEverybody>();
        builder.Services.AddExceptionHandler<ProblemExceptionHandler>();
    }

    public static void UseProblemResponses(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
    }
}
