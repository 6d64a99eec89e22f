using System.Reflection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>Lets a test step in where an AppHost's own entry point makes its application.</summary>
internal sealed class BuilderHook
{
    private static readonly AsyncLocal<BuilderHook?> Local = new();

    /// <summary>The hook of this flow of control.</summary>
    public static BuilderHook? Current
    {
        get => Local.Value;
        set => Local.Value = value;
    }

    public Action<DistributedApplicationOptions, HostApplicationBuilderSettings>? Constructing { get; init; }

    public Action<DistributedApplicationBuilder>? Constructed { get; init; }

    /// <summary>Called by Build before anything is built; may wait.</summary>
    public Action<DistributedApplicationBuilder>? Building { get; init; }

    public Action<DistributedApplication>? Built { get; init; }
}

/// <summary>Where the AppHost lives.</summary>
internal sealed record AppHostFolder(string Path, Assembly? Assembly);
