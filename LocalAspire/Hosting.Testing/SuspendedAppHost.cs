using System.Reflection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>
/// Runs an AppHost's entry point on a thread of its own. It stands still in Build until the test wants its application,
/// and in Run until the test has done with it.
/// </summary>
internal sealed class SuspendedAppHost(
    Assembly assembly, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configure)
{
    private readonly TaskCompletionSource<DistributedApplicationBuilder> _builder = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<DistributedApplication> _application = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<IDistributedApplicationTestingBuilder> StartAsync(CancellationToken cancellationToken)
    {
        var entryPoint = assembly.EntryPoint
            ?? throw new InvalidOperationException($"The assembly {assembly.GetName().Name} has no entry point.");
        new Thread(() => Run(entryPoint)) { IsBackground = true, Name = $"{assembly.GetName().Name}.EntryPoint" }.Start();
        return new TestingBuilder(await _builder.Task.WaitAsync(cancellationToken).ConfigureAwait(false), this);
    }

    public Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken)
    {
        _goOn.TrySetResult();
        return _application.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Lets the entry point end if it still stands in Build.</summary>
    public void Abandon() => _goOn.TrySetCanceled();

    private void Run(MethodInfo entryPoint)
    {
        BuilderHook.Current = new()
        {
            Constructing = (options, settings) => DistributedApplicationTestingBuilder.Configure(assembly, args, options, settings, configure),
            Building = builder =>
            {
                _builder.TrySetResult(builder);
                _goOn.Task.GetAwaiter().GetResult();
            },
            Built = application => _application.TrySetResult(application),
        };
        try
        {
            entryPoint.Invoke(null, entryPoint.GetParameters().Length == 0 ? [] : [args]);
            Fail(new InvalidOperationException($"The entry point of {assembly.GetName().Name} ended without making an application."));
        }
        catch (TargetInvocationException exception)
        {
            Fail(exception.InnerException ?? exception);
        }
    }

    private void Fail(Exception exception)
    {
        _builder.TrySetException(exception);
        _application.TrySetException(exception);
    }
}
