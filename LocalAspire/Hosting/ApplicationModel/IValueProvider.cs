namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that is known only once the application runs.</summary>
public interface IValueProvider
{
    /// <summary>The value; waits until it is known.</summary>
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);

    /// <summary>The value as the caller sees it.</summary>
    ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default) =>
        GetValueAsync(cancellationToken);
}

/// <summary>A value that has a name in the deployment manifest.</summary>
public interface IManifestExpressionProvider
{
    /// <summary>The manifest's expression for it, as in <c>{api.bindings.http.url}</c>.</summary>
    string ValueExpression { get; }
}

/// <summary>A value that can be used in a <see cref="ReferenceExpression"/>.</summary>
public interface IExpressionValue : IValueProvider, IManifestExpressionProvider;

/// <summary>A value made of other values.</summary>
public interface IValueWithReferences
{
    /// <summary>What it is made of.</summary>
    IEnumerable<object> References { get; }
}

/// <summary>For whom a value is asked.</summary>
public class ValueProviderContext
{
    /// <summary>The mode the application is in.</summary>
    public DistributedApplicationExecutionContext? ExecutionContext { get; init; }

    /// <summary>The resource that will get the value.</summary>
    public IResource? Caller { get; init; }

    /// <summary>Which of the caller's replicas, from 0.</summary>
    internal int Replica { get; init; }
}
