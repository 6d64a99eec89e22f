namespace Todo.Api.Traffic;

/// <summary>What an endpoint declares whose answers last: they take no turn of their tenant's, which they would hold all the time, and their time is no measure of how fast the service is.</summary>
internal sealed class WithoutTurn;

internal static class WithoutTurnExtensions
{
    /// <summary>For answers that last, and are limited in another way.</summary>
    public static TBuilder WithoutTurn<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new WithoutTurn());

    public static bool TakesNoTurn(this HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<WithoutTurn>() is not null;
}
