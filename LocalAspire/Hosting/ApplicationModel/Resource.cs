namespace Aspire.Hosting.ApplicationModel;

/// <summary>A part of the application: a process, a connection string, a parameter.</summary>
public interface IResource
{
    /// <summary>The name by which the rest of the model, the console and connection strings know it.</summary>
    string Name { get; }

    /// <summary>Everything that the model says about it.</summary>
    ResourceAnnotationCollection Annotations { get; }
}

/// <summary>Something said about a resource: an endpoint, an environment callback, something to wait for.</summary>
public interface IResourceAnnotation;

/// <summary>A resource that takes environment variables.</summary>
public interface IResourceWithEnvironment : IResource;

/// <summary>A resource that takes command-line arguments.</summary>
public interface IResourceWithArgs : IResource;

/// <summary>A resource that listens somewhere.</summary>
public interface IResourceWithEndpoints : IResource;

/// <summary>A resource that can wait for others before it starts.</summary>
public interface IResourceWithWaitSupport : IResource;

/// <summary>A resource that has no start and no end, such as a parameter; nobody waits for it.</summary>
public interface IResourceWithoutLifetime : IResource;

/// <summary>A resource that lives inside another and shares its fate.</summary>
public interface IResourceWithParent : IResource
{
    /// <summary>The resource this one lives in.</summary>
    IResource Parent { get; }
}

/// <inheritdoc cref="IResourceWithParent"/>
public interface IResourceWithParent<out T> : IResourceWithParent
    where T : IResource
{
    /// <inheritdoc cref="IResourceWithParent.Parent"/>
    new T Parent { get; }

    IResource IResourceWithParent.Parent => Parent;
}

/// <summary>The base of every resource.</summary>
public abstract class Resource : IResource
{
    /// <param name="name">Letters, digits and single hyphens, beginning with a letter; at most 64 characters.</param>
    /// <exception cref="ArgumentException">The name is not such a name.</exception>
    protected Resource(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
    }

    /// <inheritdoc/>
    public virtual string Name { get; }

    /// <inheritdoc/>
    public virtual ResourceAnnotationCollection Annotations { get; } = [];
}
