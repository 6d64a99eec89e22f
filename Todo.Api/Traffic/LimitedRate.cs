namespace Todo.Api.Traffic;

/// <summary>What an endpoint declares: the group of policies that it is under.</summary>
/// <param name="Group">The group's name in the configuration.</param>
/// <param name="IsOfAccount">Whether the limits are asked once the body is read, because an account in it is counted by.</param>
public sealed record LimitedRate(string Group, bool IsOfAccount = false);

/// <summary>How endpoints name the group of policies that they are under, if it is not the one that all others have.</summary>
public static class LimitedRateExtensions
{
    /// <summary>Under the policies of this group.</summary>
    public static TBuilder LimitRate<TBuilder>(this TBuilder builder, string group)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new LimitedRate(group));

    /// <summary>Under the policies of this group, some of which count by an account that the body names.</summary>
    /// <param name="builder">The endpoint, which anybody may call.</param>
    /// <param name="group">The group's name in the configuration.</param>
    /// <param name="account">The account's name in one spelling; it is kept as a hash.</param>
    public static RouteHandlerBuilder LimitRate<TBody>(this RouteHandlerBuilder builder, string group, Func<TBody, string> account) => builder
        .WithMetadata(new LimitedRate(group, IsOfAccount: true))
        .AddEndpointFilter(async (invocation, next) =>
        {
            var context = invocation.HttpContext;
            var policies = context.RequestServices.GetRequiredService<LimitGroups>()[group].Policies;
            var keys = Partitions.Keys(policies, context, account: account(invocation.Arguments.OfType<TBody>().Single()));
            return await RateLimitMiddleware.TryAdmitAsync(context, keys) ? await next(invocation) : TypedResults.Empty;
        });

    /// <summary>Call it after the last endpoint is mapped.</summary>
    /// <exception cref="InvalidOperationException">An endpoint names a group that the configuration has not.</exception>
    public static void RequireKnownLimits(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var groups = app.Services.GetRequiredService<LimitGroups>();
        var unknown = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints)
            .Select(endpoint => (endpoint.DisplayName, endpoint.Metadata.GetMetadata<LimitedRate>()?.Group))
            .Where(endpoint => endpoint.Group is not null && !groups.Contains(endpoint.Group))
            .Select(endpoint => $"'{TrafficOptions.Section}:{nameof(TrafficOptions.Groups)}:{endpoint.Group}' is missing, which {endpoint.DisplayName} is under.")
            .ToArray();
        if (unknown.Length > 0)
        {
            throw new InvalidOperationException(string.Join(' ', unknown));
        }
    }
}
