namespace Aspire.Hosting.ApplicationModel;

/// <summary>News of one instance of a resource.</summary>
public class ResourceEvent(IResource resource, string resourceId, CustomResourceSnapshot snapshot)
{
    /// <summary>The resource.</summary>
    public IResource Resource => resource;

    /// <summary>The instance: the resource's name, or name, hyphen and number where there are replicas.</summary>
    public string ResourceId => resourceId;

    /// <summary>What is known of it now.</summary>
    public CustomResourceSnapshot Snapshot => snapshot;
}
