using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Todo.Api.Tenants;

namespace Todo.Api.Traffic;

/// <summary>
/// Asks the policies of a request, once: after it is known who calls, so that nobody can use up another's quota, and before anything is done for them.
/// Whoever is not let in is counted by address. Operators are not limited unless their endpoint names a group.
/// </summary>
internal sealed class RateLimitMiddleware(RequestDelegate next, LimitGroups groups)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        var declared = endpoint?.Metadata.GetMetadata<LimitedRate>();
        var schemes = Schemes(endpoint);
        var group = declared is null ? null : groups[declared.Group];
        if (schemes.Count == 0)
        {
            await GoOnIfAsync(context, await TryAdmitAsync(context, Partitions.Keys((group ?? groups.Anonymous).Policies, context), onlyRecall: declared?.IsOfAccount == true));
            return;
        }

        // A key can be guessed, a token can't: whoever tries too many keys is not heard, while a token is looked at whatever others at the address do.
        if (schemes.Contains(OperatorAuthenticationHandler.SchemeName) && !await TryAdmitAsync(context, Partitions.Keys(groups.Refused.Policies, context), onlyRecall: true))
        {
            return;
        }

        var caller = await AuthenticateAsync(context, schemes);

        // An operator belongs to no tenant, so the default's policies have nothing to count by.
        var policies = caller is null ? groups.Refused.Policies : (group ?? groups.Default).Policies;
        await GoOnIfAsync(context, await TryAdmitAsync(context, Partitions.Keys(policies, context, caller)));
    }

    /// <summary>Asks the policies and, if they refuse, answers.</summary>
    /// <param name="context">The request.</param>
    /// <param name="keys">The policies and what they count by.</param>
    /// <param name="onlyRecall">Only what this process knows to be refused still is; nothing is counted.</param>
    /// <returns>Whether the request may go on.</returns>
    public static async ValueTask<bool> TryAdmitAsync(HttpContext context, IReadOnlyList<LimitKey> keys, bool onlyRecall = false)
    {
        var limits = context.RequestServices.GetRequiredService<RateLimits>();
        var decision = onlyRecall ? limits.Recall(keys) ?? LimitDecision.Free : await limits.AcquireAsync(keys, context.RequestAborted);
        RateLimitFields.Write(context.Response.Headers, decision.States);
        if (decision.IsAdmitted)
        {
            return true;
        }

        await TooManyRequests.WriteAsync(context, decision.RetryAfter, [.. decision.RefusedBy.Select(policy => policy.Name)]);
        return false;
    }

    private Task GoOnIfAsync(HttpContext context, bool isAdmitted) => isAdmitted ? next(context) : Task.CompletedTask;

    // Authorization asks for the same schemes again and gets the same results: a handler answers once per request.
    private static async ValueTask<ClaimsPrincipal?> AuthenticateAsync(HttpContext context, IReadOnlyList<string> schemes)
    {
        foreach (var scheme in schemes)
        {
            if (await context.AuthenticateAsync(scheme) is { Succeeded: true, Principal: { } caller })
            {
                return caller;
            }
        }

        return null;
    }

    private static IReadOnlyList<string> Schemes(Endpoint? endpoint)
    {
        if (endpoint is null || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            return [];
        }

        var policies = endpoint.Metadata.GetOrderedMetadata<AuthorizationPolicy>();
        return policies.Count == 1 ? policies[0].AuthenticationSchemes : [.. policies.SelectMany(policy => policy.AuthenticationSchemes).Distinct()];
    }
}
