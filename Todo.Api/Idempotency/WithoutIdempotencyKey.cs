using Todo.Api.Identity;

namespace Todo.Api.Idempotency;

/// <summary>What a POST declares that can't be given the same answer twice.</summary>
/// <param name="Reason">Completes "This operation takes no Idempotency-Key: ".</param>
public sealed record WithoutIdempotencyKey(string Reason)
{
    /// <summary>For what opens or ends the session that a key would belong to, and for passwords, of which no quick hash is kept.</summary>
    public const string Account = "it is about signing in, so there is nobody yet, or not any more, whose key it could be. What it takes is good once, or does the same again.";

    /// <summary>For what hands out a secret.</summary>
    public const string Secret = "its answer has a secret, which is shown once and kept nowhere. If the answer is lost, revoke what was made and make another.";

    /// <summary>For what operators do.</summary>
    public const string Engine = "operators' work is done in many transactions. Asking for it again finds what is done, or says what is in its way.";
}

/// <summary>How endpoints declare it. Every other POST takes a key, and does what it does in one transaction of its tenant's.</summary>
internal static class WithoutIdempotencyKeyExtensions
{
    /// <summary>A key is refused, with the reason.</summary>
    public static TBuilder WithoutIdempotencyKey<TBuilder>(this TBuilder builder, string reason)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new WithoutIdempotencyKey(reason));

    /// <summary>Call it after the last endpoint is mapped.</summary>
    /// <exception cref="InvalidOperationException">A POST belongs to no tenant, so that there is nobody whose key it could be, and does not say so.</exception>
    public static void RequireIdempotentPosts(this IEndpointRouteBuilder app)
    {
        var undeclared = app.DataSources.SelectMany(source => source.Endpoints)
            .Where(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains(HttpMethods.Post) == true)
            .Where(endpoint => endpoint.Metadata.GetMetadata<WithoutIdempotencyKey>() is null && !RequiredPermissionExtensions.IsOfTenant(endpoint))
            .Select(endpoint => endpoint.DisplayName)
            .ToArray();
        if (undeclared.Length > 0)
        {
            throw new InvalidOperationException($"Say why they take no Idempotency-Key (WithoutIdempotencyKey): {string.Join(", ", undeclared)}.");
        }
    }
}
