using Microsoft.OpenApi;
using Todo.Api.Guests;
using Todo.Api.Idempotency;
using Todo.Api.Identity;
using Todo.Api.Tenants;

namespace Todo.Api.Docs;

/// <summary>The OpenAPI document and a page that shows it.</summary>
internal static class DocsEndpoints
{
    public static void AddDocs(this IServiceCollection services) => services.AddOpenApi(openApi => openApi.AddDocumentTransformer((document, _, _) =>
    {
        document.Info = new OpenApiInfo
        {
            Title = "Todo",
            Version = "v1",
            Description = "A todo service for many tenants. Sign in, then send the token with every request. Errors are RFC 9457 problems.",
        };
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            ["token"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "From POST /auth/login or POST /api-keys." },
            ["guest"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "From POST /guest-links." },
            ["tenant"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = TenantAdmission.TenantHeader, Description = "The tenant's slug; need not be sent, as the token names its tenant." },
            ["operator"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = OperatorAuthenticationHandler.KeyHeader, Description = "The operators' key, for /cc." },
        };
        return Task.CompletedTask;
    }).AddOperationTransformer((operation, context, _) =>
    {
        operation.Security = Schemes(context.Description.ActionDescriptor.EndpointMetadata) is { Length: > 0 } schemes
            ? [Requirement(schemes, context.Document!)]
            : null;
        if (context.Description.HttpMethod == HttpMethods.Post && !context.Description.ActionDescriptor.EndpointMetadata.OfType<WithoutIdempotencyKey>().Any())
        {
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = KeyField.Name,
                In = ParameterLocation.Header,
                Description = "Sent again with the same key, the request has no second effect and gets the same answer.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1 },
            });
        }

        return Task.CompletedTask;
    }));

    public static void MapDocs(this WebApplication app)
    {
        app.MapOpenApi().AllowAnonymous();

        // A middleware, which would look at every request.
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/docs"), docs => docs.UseSwaggerUI(page =>
        {
            page.RoutePrefix = "docs";
            page.DocumentTitle = "Todo API";
            page.SwaggerEndpoint("/openapi/v1.json", "Todo v1");
        }));
    }

    private static string[] Schemes(IList<object> metadata)
    {
        var schemes = metadata.OfType<Microsoft.AspNetCore.Authorization.AuthorizationPolicy>().SelectMany(policy => policy.AuthenticationSchemes).ToHashSet();
        return schemes.Contains(OperatorAuthenticationHandler.SchemeName) ? ["operator"]
            : schemes.Contains(GuestAuthenticationHandler.SchemeName) ? ["guest"]
            : schemes.Contains(SessionAuthenticationHandler.SchemeName) ? ["token", "tenant"]
            : [];
    }

    private static OpenApiSecurityRequirement Requirement(IEnumerable<string> schemes, OpenApiDocument document)
    {
        var requirement = new OpenApiSecurityRequirement();
        foreach (var scheme in schemes)
        {
            requirement[new OpenApiSecuritySchemeReference(scheme, document)] = [];
        }

        return requirement;
    }
}
