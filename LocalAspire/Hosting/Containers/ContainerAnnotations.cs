namespace Aspire.Hosting.ApplicationModel;

/// <summary>The image a container is made of.</summary>
public sealed class ContainerImageAnnotation : IResourceAnnotation
{
    /// <summary>The registry; the engine's own default if null.</summary>
    public string? Registry { get; set; }

    /// <summary>The image, without registry and tag.</summary>
    public required string Image { get; set; }

    /// <summary>The tag.</summary>
    public string? Tag { get; set; }
}

/// <summary>How storage gets into a container.</summary>
public enum ContainerMountType
{
    /// <summary>A folder of this machine.</summary>
    BindMount,

    /// <summary>Storage that the engine keeps.</summary>
    Volume,
}

/// <summary>Storage in a container.</summary>
/// <param name="source">The folder, or the volume's name.</param>
/// <param name="target">Where it is in the container.</param>
/// <param name="type">Which of the two.</param>
/// <param name="isReadOnly">Whether the container may only read it.</param>
public sealed class ContainerMountAnnotation(string? source, string target, ContainerMountType type, bool isReadOnly) : IResourceAnnotation
{
    /// <summary>The folder, or the volume's name.</summary>
    public string? Source => source;

    /// <summary>Where it is in the container.</summary>
    public string Target => target;

    /// <summary>Folder or volume.</summary>
    public ContainerMountType Type => type;

    /// <summary>Whether the container may only read it.</summary>
    public bool IsReadOnly => isReadOnly;
}
