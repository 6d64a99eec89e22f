using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Adds .NET projects.</summary>
public static class ProjectResourceBuilderExtensions
{
    /// <summary>Adds a project with its first launch profile.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new() => builder.AddProject<TProject>(name, _ => { });

    /// <summary>Adds a project with a launch profile; with none if null.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(
        this IDistributedApplicationBuilder builder, string name, string? launchProfileName)
        where TProject : IProjectMetadata, new() => builder.AddProject<TProject>(name, WithProfile(launchProfileName));

    /// <summary>Adds a project.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(
        this IDistributedApplicationBuilder builder, string name, Action<ProjectResourceOptions> configure)
        where TProject : IProjectMetadata, new() => Add(builder, name, new TProject(), configure);

    /// <summary>Adds a project by its file, relative to the AppHost's folder, with its first launch profile.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, string name, string projectPath) =>
        builder.AddProject(name, projectPath, _ => { });

    /// <summary>Adds a project by its file, relative to the AppHost's folder, with a launch profile; with none if null.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(
        this IDistributedApplicationBuilder builder, string name, string projectPath, string? launchProfileName) =>
        builder.AddProject(name, projectPath, WithProfile(launchProfileName));

    /// <summary>Adds a project by its file, relative to the AppHost's folder.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(
        this IDistributedApplicationBuilder builder, string name, string projectPath, Action<ProjectResourceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return Add(builder, name, new ProjectFile(Path.GetFullPath(Path.Combine(builder.AppHostDirectory, projectPath))), configure);
    }

    /// <summary>Runs the project as several processes, each with a port of its own.</summary>
    /// <param name="builder">The project.</param>
    /// <param name="replicas">At least 1.</param>
    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        return builder.WithAnnotation(new ReplicaAnnotation(replicas), ResourceAnnotationMutationBehavior.Replace);
    }

    private static Action<ProjectResourceOptions> WithProfile(string? name) => options =>
    {
        options.LaunchProfileName = name;
        options.ExcludeLaunchProfile = name is null;
    };

    private static IResourceBuilder<ProjectResource> Add(
        IDistributedApplicationBuilder builder, string name, IProjectMetadata metadata, Action<ProjectResourceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new ProjectResourceOptions();
        configure(options);
        var project = builder.AddResource(new ProjectResource(name));
        project.Resource.Annotations.Add(metadata);
        project.WithEnvironment(context => SetAddresses(project.Resource, context));
        if (!options.ExcludeLaunchProfile && FindProfile(builder, metadata, options.LaunchProfileName) is { } profile)
        {
            project.WithAnnotation(new LaunchProfileAnnotation(profile.Name));
            Apply(project, profile.Name, profile.Profile);
        }

        return project;
    }

    private static (string Name, LaunchProfile Profile)? FindProfile(
        IDistributedApplicationBuilder builder, IProjectMetadata metadata, string? name)
    {
        var folder = Path.GetDirectoryName(metadata.ProjectPath)!;
        var profiles = (metadata.LaunchSettings ?? LaunchSettings.Read(folder))?.Profiles ?? [];
        if (name is not null)
        {
            return profiles.TryGetValue(name, out var named)
                ? (name, named)
                : throw new DistributedApplicationException($"There is no launch profile '{name}' in {Path.Combine(folder, "Properties", "launchSettings.json")}.");
        }

        // The AppHost's own profile, so that one choice at the top holds for all.
        var ofAppHost = builder.Configuration["AppHost:DefaultLaunchProfileName"] ?? builder.Configuration["DOTNET_LAUNCH_PROFILE"];
        if (ofAppHost is not null && profiles.TryGetValue(ofAppHost, out var same))
        {
            return (ofAppHost, same);
        }

        return profiles
            .Where(profile => string.IsNullOrEmpty(profile.Value.CommandName) || string.Equals(profile.Value.CommandName, "Project", StringComparison.OrdinalIgnoreCase))
            .Select(profile => ((string, LaunchProfile)?)(profile.Key, profile.Value))
            .FirstOrDefault();
    }

    private static void Apply(IResourceBuilder<ProjectResource> project, string name, LaunchProfile profile)
    {
        var count = 0;
        foreach (var url in (profile.ApplicationUrl ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            // Nothing here makes or trusts a certificate, so what would be https is left out.
            if (!Uri.TryCreate(url.Replace("*", "localhost", StringComparison.Ordinal).Replace("+", "localhost", StringComparison.Ordinal), UriKind.Absolute, out var uri)
                || uri.Scheme != Uri.UriSchemeHttp)
            {
                continue;
            }

            count++;
            project.WithAnnotation(new EndpointAnnotation(ProtocolType.Tcp, uri.Scheme, name: count == 1 ? uri.Scheme : uri.Scheme + count, port: uri.Port)
            {
                TargetHost = uri.Host,
                FromLaunchProfile = true,
            });
        }

        if (!string.IsNullOrEmpty(profile.LaunchUrl))
        {
            project.WithUrls(context =>
            {
                foreach (var url in context.Urls.Where(url => url.Endpoint is { Exists: true, EndpointAnnotation.FromLaunchProfile: true }))
                {
                    url.Url = new Uri(new Uri(url.Url), profile.LaunchUrl).ToString();
                }
            });
        }

        project.WithEnvironment(context =>
        {
            context.EnvironmentVariables.TryAdd("DOTNET_LAUNCH_PROFILE", name);
            foreach (var (key, value) in profile.EnvironmentVariables)
            {
                context.EnvironmentVariables.TryAdd(key, Environment.ExpandEnvironmentVariables(value));
            }
        });
        if (!string.IsNullOrWhiteSpace(profile.CommandLineArgs))
        {
            project.WithArgs(profile.CommandLineArgs.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    private static void SetAddresses(ProjectResource project, EnvironmentCallbackContext context)
    {
        var addresses = new ReferenceExpressionBuilder();
        foreach (var endpoint in project.GetEndpoints().Where(endpoint => endpoint.IsHttp))
        {
            addresses.Append($"{(addresses.IsEmpty ? "" : ";")}{endpoint.Scheme}://{endpoint.EndpointAnnotation.TargetHost}:{endpoint.Property(EndpointProperty.TargetPort)}");
        }

        if (!addresses.IsEmpty)
        {
            context.EnvironmentVariables["ASPNETCORE_URLS"] = addresses.Build();
        }
    }
}
