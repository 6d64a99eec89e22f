namespace Aspire.Hosting.ApplicationModel;

/// <summary>How many processes the resource runs as.</summary>
/// <param name="replicas">At least 1.</param>
public sealed class ReplicaAnnotation(int replicas = 1) : IResourceAnnotation
{
    /// <summary>At least 1.</summary>
    public int Replicas => replicas;
}

/// <summary>Names a health check, registered with the AppHost's services, that the resource must pass.</summary>
public class HealthCheckAnnotation(string key) : IResourceAnnotation
{
    /// <summary>The name under which the check is registered.</summary>
    public string Key => key;
}

/// <summary>The resource does not start by itself, only by its start command.</summary>
public sealed class ExplicitStartupAnnotation : IResourceAnnotation;

/// <summary>The picture of the resource in a dashboard.</summary>
public sealed class ResourceIconAnnotation(string iconName, IconVariant iconVariant = IconVariant.Filled) : IResourceAnnotation
{
    /// <summary>The picture's name in Fluent UI.</summary>
    public string IconName => iconName;

    /// <summary>Filled or not.</summary>
    public IconVariant IconVariant => iconVariant;
}

/// <summary>How a picture is drawn.</summary>
public enum IconVariant
{
    /// <summary>As outlines.</summary>
    Regular,

    /// <summary>Filled.</summary>
    Filled,
}

/// <summary>The resource has to do with another.</summary>
public sealed class ResourceRelationshipAnnotation(IResource resource, string type) : IResourceAnnotation
{
    /// <summary>The other one.</summary>
    public IResource Resource => resource;

    /// <summary>How, such as <c>Reference</c> or <c>Parent</c>.</summary>
    public string Type => type;
}

/// <summary>The state in which a resource that nobody runs begins.</summary>
public class ResourceSnapshotAnnotation(CustomResourceSnapshot initialSnapshot) : IResourceAnnotation
{
    /// <summary>The state.</summary>
    public CustomResourceSnapshot InitialSnapshot => initialSnapshot;
}

/// <summary>The launch profile with which a project runs.</summary>
public sealed class LaunchProfileAnnotation(string launchProfileName) : IResourceAnnotation
{
    /// <summary>The profile's name.</summary>
    public string LaunchProfileName => launchProfileName;
}

/// <summary>The resource stays out of the deployment manifest.</summary>
public class ManifestPublishingCallbackAnnotation : IResourceAnnotation
{
    internal ManifestPublishingCallbackAnnotation()
    {
    }

    /// <summary>The mark itself.</summary>
    public static ManifestPublishingCallbackAnnotation Ignore { get; } = new();
}
