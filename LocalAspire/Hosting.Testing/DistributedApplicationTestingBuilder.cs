using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>Makes applications for tests: ports are random, and nothing is printed.</summary>
public static class DistributedApplicationTestingBuilder
{
    private static readonly string[] Prefixes = ["DOTNET_", "ASPNETCORE_"];

    /// <summary>Runs an AppHost's own entry point up to where it makes its application.</summary>
    /// <typeparam name="TEntryPoint">A type of the AppHost's assembly, such as <c>Projects.My_AppHost</c>.</typeparam>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync<TEntryPoint>([], cancellationToken);

    /// <inheritdoc cref="CreateAsync{TEntryPoint}(CancellationToken)"/>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync<TEntryPoint>(args, (_, _) => { }, cancellationToken);

    /// <inheritdoc cref="CreateAsync{TEntryPoint}(CancellationToken)"/>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(
        string[] args,
        Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder,
        CancellationToken cancellationToken = default) => CreateAsync(typeof(TEntryPoint), args, configureBuilder, cancellationToken);

    /// <summary>Runs an AppHost's own entry point up to where it makes its application.</summary>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(Type entryPoint, CancellationToken cancellationToken = default) =>
        CreateAsync(entryPoint, [], cancellationToken);

    /// <summary>Runs an AppHost's own entry point up to where it makes its application.</summary>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(
        Type entryPoint, string[] args, CancellationToken cancellationToken = default) =>
        CreateAsync(entryPoint, args, (_, _) => { }, cancellationToken);

    /// <summary>Runs an AppHost's own entry point up to where it makes its application.</summary>
    /// <param name="entryPoint">A type of the AppHost's assembly.</param>
    /// <param name="args">The command line.</param>
    /// <param name="configureBuilder">Changes how the builder is made.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">The assembly has no entry point, or it made no application.</exception>
    public static async Task<IDistributedApplicationTestingBuilder> CreateAsync(
        Type entryPoint,
        string[] args,
        Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entryPoint);
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(configureBuilder);
        var appHost = new SuspendedAppHost(entryPoint.Assembly, args, configureBuilder);
        return await appHost.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An empty application.</summary>
    public static IDistributedApplicationTestingBuilder Create(params string[] args) => Create(args, (_, _) => { });

    /// <summary>An empty application.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="configureBuilder">Changes how the builder is made.</param>
    public static IDistributedApplicationTestingBuilder Create(
        string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(configureBuilder);
        var before = BuilderHook.Current;
        BuilderHook.Current = new()
        {
            Constructing = (options, settings) => Configure(Assembly.GetEntryAssembly(), args, options, settings, configureBuilder),
        };
        try
        {
            return new TestingBuilder(new DistributedApplicationBuilder(args));
        }
        finally
        {
            BuilderHook.Current = before;
        }
    }

    internal static void Configure(
        Assembly? appHost,
        string[] args,
        DistributedApplicationOptions options,
        HostApplicationBuilderSettings settings,
        Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder)
    {
        settings.Args = [.. settings.Args ?? [], .. args.Except(settings.Args ?? [])];
        settings.ApplicationName = appHost?.GetName().Name;
        options.Args = settings.Args;
        options.AssemblyName = settings.ApplicationName;
        options.DisableDashboard = true;
        options.EnableResourceLogging = true;

        settings.Configuration ??= new();
        settings.Configuration.AddInMemoryCollection([new("DcpPublisher:RandomizePorts", "true")]);
        if (DistributedApplicationBuilder.Metadata(appHost, "apphostprojectpath") is { } folder && Directory.Exists(folder))
        {
            settings.ContentRootPath = folder;
            AddLaunchProfile(settings.Configuration, folder);
        }

        configureBuilder(options, settings);
    }

    // What `dotnet run` would have put into the environment; the test's own environment stays as it is.
    private static void AddLaunchProfile(ConfigurationManager configuration, string folder)
    {
        if (LaunchSettings.Read(folder)?.Profiles.FirstOrDefault() is not { Key: { } name, Value: { } profile })
        {
            return;
        }

        var values = new Dictionary<string, string?> { ["DOTNET_LAUNCH_PROFILE"] = name };
        foreach (var (key, value) in profile.EnvironmentVariables)
        {
            values[key] = value;
            foreach (var prefix in Prefixes.Where(prefix => key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
            {
                values[key[prefix.Length..]] = value;
            }
        }

        configuration.AddInMemoryCollection(values);
    }
}
