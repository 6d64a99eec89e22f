namespace Todo.Api.Idempotency;

/// <summary>POSTs that may be sent again.</summary>
internal static class IdempotencyServices
{
    public static void AddIdempotency(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<IdempotencyOptions>().BindConfiguration(IdempotencyOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddScoped<RequestTransaction>();
    }

    /// <summary>Stands right before the endpoints: what is refused before is not the request's answer.</summary>
    public static void UseIdempotency(this WebApplication app) => app.UseMiddleware<IdempotencyMiddleware>();
}
