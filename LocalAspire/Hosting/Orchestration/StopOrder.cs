using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>In which order to stop.</summary>
internal static class StopOrder
{
    /// <summary>Levels: nothing in one is used by anything in a later one, circles aside.</summary>
    public static IEnumerable<IReadOnlyList<IResource>> Of(IEnumerable<IResource> resources)
    {
        var depths = new Dictionary<IResource, int>();
        return resources.GroupBy(resource => Depth(resource, depths)).OrderByDescending(level => level.Key).Select(level => level.ToArray());
    }

    private static int Depth(IResource resource, Dictionary<IResource, int> depths)
    {
        if (depths.TryGetValue(resource, out var known))
        {
            return known;
        }

        // Counts as known while we are at it: two that use each other would otherwise never come to an end.
        depths[resource] = 0;
        var uses = resource.Annotations.OfType<WaitAnnotation>().Select(wait => wait.Resource)
            .Concat(resource.Annotations.OfType<ResourceRelationshipAnnotation>().Where(r => r.Type == "Reference").Select(r => r.Resource));
        if (resource is IResourceWithParent child)
        {
            uses = uses.Append(child.Parent);
        }

        return depths[resource] = uses.Distinct().Select(used => 1 + Depth(used, depths)).DefaultIfEmpty(0).Max();
    }
}
