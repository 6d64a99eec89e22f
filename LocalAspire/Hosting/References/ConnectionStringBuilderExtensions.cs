using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>A connection string put together in the model.</summary>
public sealed class ConnectionStringResource(string name, ReferenceExpression connectionStringExpression)
    : Resource(name), IResourceWithConnectionString, IResourceWithWaitSupport
{
    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression => connectionStringExpression;
}

/// <summary>Adds connection strings that are put together in the model.</summary>
public static class ConnectionStringBuilderExtensions
{
    /// <summary>Adds a connection string. It runs as soon as what it refers to does.</summary>
    public static IResourceBuilder<ConnectionStringResource> AddConnectionString(
        this IDistributedApplicationBuilder builder, string name, ReferenceExpression connectionStringExpression)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var connectionString = builder.AddResource(new ConnectionStringResource(name, connectionStringExpression))
            .WithReferenceRelationship(connectionStringExpression)
            .WithInitialState(new() { ResourceType = "ConnectionString", State = KnownResourceStates.NotStarted, Properties = [] });
        foreach (var dependency in connectionStringExpression.ReferencedResources().Where(r => r is not IResourceWithoutLifetime))
        {
            connectionString.WaitForStart(builder.CreateResourceBuilder(dependency));
        }

        return connectionString.OnInitializeResource(async (resource, @event, cancellationToken) =>
        {
            try
            {
                await @event.Eventing.PublishAsync(new BeforeResourceStartedEvent(resource, @event.Services), cancellationToken).ConfigureAwait(false);
                await ((IResourceWithConnectionString)resource).GetConnectionStringAsync(cancellationToken).ConfigureAwait(false);
                await @event.Eventing.PublishAsync(new ConnectionStringAvailableEvent(resource, @event.Services), cancellationToken).ConfigureAwait(false);
                await @event.Notifications.PublishUpdateAsync(
                    resource,
                    s => s with { State = KnownResourceStates.Running, StartTimeStamp = DateTime.UtcNow, Reason = null }).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                await @event.Notifications.PublishUpdateAsync(
                    resource,
                    s => s with { State = KnownResourceStates.FailedToStart, Reason = exception.Message }).ConfigureAwait(false);
            }
        });
    }

    /// <summary>Adds a connection string, put together piece by piece.</summary>
    public static IResourceBuilder<ConnectionStringResource> AddConnectionString(
        this IDistributedApplicationBuilder builder, string name, Action<ReferenceExpressionBuilder> connectionStringBuilder)
    {
        ArgumentNullException.ThrowIfNull(connectionStringBuilder);
        var expression = new ReferenceExpressionBuilder();
        connectionStringBuilder(expression);
        return builder.AddConnectionString(name, expression.Build());
    }

    /// <summary>The resources an expression is made of.</summary>
    internal static IEnumerable<IResource> ReferencedResources(this IValueWithReferences expression) =>
        expression.References.SelectMany(reference => reference switch
        {
            IResource resource => [resource],
            IValueWithReferences inner => inner.ReferencedResources(),
            _ => [],
        }).Distinct();
}
