using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Todo.Api.Guests;

namespace Todo.Api.Identity;

/// <summary>What an endpoint declares: the permission that its caller needs.</summary>
public sealed record RequiredPermission(string Name) : IAuthorizationRequirement;

/// <summary>How endpoints declare who may call them; with one that declares nothing the API does not start.</summary>
public static class RequiredPermissionExtensions
{
    /// <summary>Only for signed-in people of the tenant whose role holds <paramref name="permission"/>, and for keys that hold it.</summary>
    public static TBuilder RequirePermission<TBuilder>(this TBuilder builder, string permission)
        where TBuilder : IEndpointConventionBuilder
    {
        var required = new RequiredPermission(permission);
        return builder.WithMetadata(required).RequireAuthorization(SignedIn().AddRequirements(required).Build());
    }

    /// <summary>For anybody who is signed in to the tenant, whatever the role; not for keys, which do only what a permission of theirs says.</summary>
    public static TBuilder RequireSignIn<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(SignedIn().RequireClaim(ClaimTypes.NameIdentifier).Build());

    /// <summary>Call it after the last endpoint is mapped.</summary>
    /// <exception cref="InvalidOperationException">An endpoint says neither who may call it nor that anybody may.</exception>
    public static void RequireDeclaredAccess(this IEndpointRouteBuilder app)
    {
        var undeclared = app.DataSources.SelectMany(source => source.Endpoints)
            .Where(endpoint => endpoint.Metadata.GetMetadata<IAuthorizeData>() is null && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null)
            .Select(endpoint => endpoint.DisplayName)
            .ToArray();
        if (undeclared.Length > 0)
        {
            throw new InvalidOperationException($"Say who may call (RequirePermission, RequireSignIn, RequireOperator or AllowAnonymous): {string.Join(", ", undeclared)}.");
        }
    }

    /// <summary>Whether an endpoint is for callers who belong to a tenant: its people, their keys, or its guests.</summary>
    internal static bool IsOfTenant(Endpoint endpoint) => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null
        && endpoint.Metadata.OfType<AuthorizationPolicy>().SelectMany(policy => policy.AuthenticationSchemes)
            .Any(scheme => scheme is SessionAuthenticationHandler.SchemeName or GuestAuthenticationHandler.SchemeName);

    private static AuthorizationPolicyBuilder SignedIn() => new AuthorizationPolicyBuilder(SessionAuthenticationHandler.SchemeName).RequireAuthenticatedUser();
}

/// <summary>Compares what the endpoint needs with what the session has.</summary>
internal sealed class RequiredPermissionHandler : AuthorizationHandler<RequiredPermission>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, RequiredPermission requirement)
    {
        if (context.Resource is HttpContext http && http.RequestServices.GetRequiredService<RequestIdentity>().Has(requirement.Name))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}
