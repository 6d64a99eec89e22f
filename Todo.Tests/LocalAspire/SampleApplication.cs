using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Todo.Tests.Servers;

namespace Todo.Tests.LocalAspire;

/// <summary>An application of a few shell commands in a folder of its own, stopped and removed at the end of the test.</summary>
internal sealed class SampleApplication : IAsyncDisposable
{
    private readonly CancellationTokenSource _patience = new(2 * Eventually.Patience);
    private DistributedApplication? _app;

    public SampleApplication(params string[] args)
        : this(withDashboard: false, args)
    {
    }

    private SampleApplication(bool withDashboard, string[] args)
    {
        Folder = Directory.CreateTempSubdirectory("todo-apphost-").FullName;
        Builder = DistributedApplicationTestingBuilder.Create(args, (options, settings) =>
        {
            options.ProjectDirectory = Folder;
            options.DisableDashboard = !withDashboard;
            settings.ContentRootPath = Folder;
        });
        Builder.Services.AddLogging(logging => logging.ClearProviders());
    }

    public string Folder { get; }

    public IDistributedApplicationTestingBuilder Builder { get; }

    public DistributedApplication App => _app!;

    public CancellationToken Patience => _patience.Token;

    public ResourceNotificationService States => App.ResourceNotifications;

    public IResourceBuilder<ExecutableResource> AddShell(string name, string script) =>
        Builder.AddExecutable(name, "/bin/sh", ".", "-c", script);

    public static SampleApplication WithDashboard(params string[] args) => new(withDashboard: true, args);

    public async Task StartAsync()
    {
        _app = await Builder.BuildAsync(Patience);
        await _app.StartAsync(Patience);
    }

    public async Task<CustomResourceSnapshot> WhenAsync(string resource, string state)
    {
        var news = await States.WaitForResourceAsync(resource, e => e.Snapshot.State?.Text == state, Patience);
        return news.Snapshot;
    }

    /// <summary>What the resource has written so far, once it has ended.</summary>
    public async Task<string> OutputAsync(string resource)
    {
        await States.WaitForResourceAsync(resource, KnownResourceStates.TerminalStates, Patience);
        return await LogAsync(resource);
    }

    public async Task<string> LogAsync(string resource)
    {
        var lines = new List<string>();
        await foreach (var batch in App.Services.GetRequiredService<ResourceLoggerService>().GetAllAsync(resource))
        {
            lines.AddRange(batch.Select(line => line.Content));
        }

        return string.Join('\n', lines);
    }

    public async ValueTask DisposeAsync()
    {
        await Builder.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
        _patience.Dispose();
    }
}
