using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Where a project is.</summary>
public interface IProjectMetadata : IResourceAnnotation
{
    /// <summary>The project file.</summary>
    string ProjectPath { get; }

    /// <summary>Its launch settings, if not from its folder.</summary>
    LaunchSettings? LaunchSettings => null;

    /// <summary>Whether it is built already.</summary>
    bool SuppressBuild => false;
}

/// <summary>How a project is added.</summary>
public class ProjectResourceOptions
{
    /// <summary>The launch profile to run it with; the first for projects if null.</summary>
    public string? LaunchProfileName { get; set; }

    /// <summary>Whether to run it without a launch profile.</summary>
    public bool ExcludeLaunchProfile { get; set; }

    /// <summary>Whether to ignore endpoints in its own configuration, which LocalAspire does in any case.</summary>
    public bool ExcludeKestrelEndpoints { get; set; }
}

/// <summary>A resource with addresses that others find by its name.</summary>
public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;

internal sealed record ProjectFile(string ProjectPath) : IProjectMetadata;
