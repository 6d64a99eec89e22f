using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Console;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Health;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <inheritdoc cref="IDistributedApplicationBuilder"/>
public class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder _host;
    private readonly DistributedApplicationOptions _options;
    private readonly BuilderHook? _hook;

    /// <summary>A builder with a command line.</summary>
    public DistributedApplicationBuilder(string[] args)
        : this(new DistributedApplicationOptions { Args = args })
    {
    }

    /// <summary>A builder with options.</summary>
    public DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _hook = BuilderHook.Current;

        var settings = new HostApplicationBuilderSettings { Args = options.Args };
        _hook?.Constructing?.Invoke(options, settings);
        AppHostAssembly = options.AssemblyName is { } name ? Assembly.Load(name) : Assembly.GetEntryAssembly();
        AppHostDirectory = options.ProjectDirectory ?? Metadata(AppHostAssembly, "apphostprojectpath") ?? System.Environment.CurrentDirectory;
        settings.ApplicationName ??= AppHostAssembly?.GetName().Name;
        settings.ContentRootPath ??= AppHostDirectory;

        _host = new HostApplicationBuilder(settings);
        _host.Configuration["AppHost:Directory"] = AppHostDirectory;
        _host.Configuration["AppHost:Sha256"] = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(AppHostDirectory)));

        ExecutionContext = new(IsPublish(_host.Configuration) ? DistributedApplicationOperation.Publish : DistributedApplicationOperation.Run);
        AddServices();

        // The first to hear of it, so that everybody else who wants to know of a start hears of one that really comes.
        Eventing.Subscribe<BeforeResourceStartedEvent>((@event, cancellationToken) =>
            @event.Services.GetRequiredService<ResourceNotificationService>().WaitForDependenciesAsync(@event.Resource, cancellationToken));
        _hook?.Constructed?.Invoke(this);
    }

    /// <inheritdoc/>
    public ConfigurationManager Configuration => _host.Configuration;

    /// <inheritdoc/>
    public string AppHostDirectory { get; }

    /// <inheritdoc/>
    public Assembly? AppHostAssembly { get; }

    /// <inheritdoc/>
    public IHostEnvironment Environment => _host.Environment;

    /// <inheritdoc/>
    public IServiceCollection Services => _host.Services;

    /// <inheritdoc/>
    public DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <inheritdoc/>
    public IDistributedApplicationEventing Eventing { get; } = new DistributedApplicationEventing();

    /// <inheritdoc/>
    public IResourceCollection Resources { get; } = new ResourceCollection();

    /// <inheritdoc/>
    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);
        ResourceName.Validate(resource.Name);
        if (Resources.TryGetByName(resource.Name, out var other))
        {
            throw new DistributedApplicationException(
                $"A resource named '{resource.Name}' has already been added: a {other.GetType().Name}. Names are compared without regard to case.");
        }

        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    /// <inheritdoc/>
    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);
        return new ResourceBuilder<T>(this, resource);
    }

    /// <inheritdoc/>
    public DistributedApplication Build()
    {
        _hook?.Building?.Invoke(this);
        var application = new DistributedApplication(_host.Build(), isInTest: _hook?.Built is not null);
        _hook?.Built?.Invoke(application);
        return application;
    }

    internal static string? Metadata(Assembly? assembly, string key) =>
        assembly?.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(attribute => string.Equals(attribute.Key, key, StringComparison.OrdinalIgnoreCase))?.Value;

    private static bool IsPublish(ConfigurationManager configuration) =>
        string.Equals(configuration["operation"], "publish", StringComparison.OrdinalIgnoreCase)
        || string.Equals(configuration["AppHost:Operation"], "publish", StringComparison.OrdinalIgnoreCase)
        || configuration["publisher"] is not null
        || configuration["Publishing:Publisher"] is not null;

    private void AddServices()
    {
        // The framework's own lines say the same as ours, and a check that fails while a resource starts is no error.
        _host.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        _host.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        _host.Logging.AddFilter("System.Net.Http.HttpClient", LogLevel.Warning);

        var services = _host.Services;
        services.AddSingleton(_options);
        services.AddSingleton(ExecutionContext);
        services.AddSingleton(Eventing);
        services.AddSingleton(new DistributedApplicationModel(Resources));
        services.AddSingleton(provider => new AppHostFolder(AppHostDirectory, AppHostAssembly));
        services.AddSingleton(provider => new ResourceLoggerService
        {
            Directory = Configuration["LocalAspire:LogDirectory"] ?? Path.Combine(AppHostDirectory, ".aspire", "logs"),
            Forward = _options.EnableResourceLogging
                ? id => provider.GetRequiredService<ILoggerFactory>().CreateLogger($"{Environment.ApplicationName}.Resources.{id}")
                : null,
        });
        services.AddSingleton(provider => new ResourceNotificationService(
            provider.GetRequiredService<ILogger<ResourceNotificationService>>(),
            provider,
            provider.GetRequiredService<ResourceLoggerService>()));
        services.AddSingleton(provider => new ResourceCommandService(
            provider.GetRequiredService<DistributedApplicationModel>(),
            provider.GetRequiredService<ResourceNotificationService>(),
            provider.GetRequiredService<ResourceLoggerService>(),
            provider));
        services.AddSingleton<ProcessSupervisor>();
        services.AddSingleton<LaunchPlan>();
        services.AddSingleton<HealthMonitor>();
        services.AddSingleton<Orchestrator>();
        AddDashboard(services);
        services.AddHostedService(provider => provider.GetRequiredService<Orchestrator>());
        services.AddHealthChecks();

        // Giving up waiting: nothing here lets a person start a failed dependency again, except where a dashboard does.
        services.Configure<ResourceNotificationServiceOptions>(
            options => options.DefaultWaitBehavior = WaitBehavior.StopOnResourceUnavailable);

        // The tree is stopped level by level, and each process is given its time.
        services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMinutes(2));
        if (!_options.DisableDashboard && ExecutionContext.IsRunMode)
        {
            services.AddHostedService<StateTable>();
        }
    }

    // Before the resources, which are told where it is; so it is also stopped after them. Aspire knows only the option; the key is ours,
    // for those who cannot or would rather not change AppHost.cs.
    private void AddDashboard(IServiceCollection services)
    {
        if (!_options.DisableDashboard && ExecutionContext.IsRunMode && !_host.Configuration.GetValue("LocalAspire:DisableDashboard", false))
        {
            services.AddSingleton<DashboardService>();
            services.AddHostedService(provider => provider.GetRequiredService<DashboardService>());
        }
    }
}
