using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Containers;

/// <summary>Runs containers by the engine's command line, each under a foreground process that is supervised like any other.</summary>
internal static class ContainerEngine
{
    private const string OwnerLabel = "localaspire.apphost";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly Lazy<Task<string>> Engine = new(FindAsync);

    /// <summary>What to run for a container: the engine attached to it, so that its output and its end are ours to see.</summary>
    /// <exception cref="DistributedApplicationException">No engine works here, or the container belongs to an AppHost that runs.</exception>
    public static async Task<ProcessStart> PlanAsync(
        ContainerResource container,
        string name,
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        ResourceLog log,
        CancellationToken cancellationToken)
    {
        var engine = await Engine.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        await RemoveLeftOverAsync(engine, name, cancellationToken).ConfigureAwait(false);
        return new(engine, Arguments(container, name, arguments, environment.Keys), Path.GetTempPath(), environment, log)
        {
            Stop = () => CallAsync(engine, ["stop", "--time", "10", name], CancellationToken.None),
        };
    }

    /// <summary>Runs a command in the shell of a running container.</summary>
    public static async Task<(bool Success, string Output)> ShellAsync(
        ContainerResource container, IServiceProvider services, string command, CancellationToken cancellationToken)
    {
        var engine = await Engine.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        var name = Name(container, services.GetRequiredService<IConfiguration>());
        return await CallAsync(engine, ["exec", name, "/bin/sh", "-c", command], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same for the same AppHost at every start, so that two never share a volume without the engine noticing.</summary>
    public static string Name(ContainerResource container, IConfiguration configuration) =>
        $"{container.Name}-{configuration["AppHost:Sha256"]![..10].ToLowerInvariant()}";

    /// <summary>The engine's arguments. Values of the environment are not among them: whoever lists processes could read them.</summary>
    internal static IReadOnlyList<string> Arguments(
        ContainerResource container, string name, IReadOnlyList<string> arguments, IEnumerable<string> variables)
    {
        var image = container.Annotations.OfType<ContainerImageAnnotation>().LastOrDefault()
            ?? throw new DistributedApplicationException("it has no image");
        var all = new List<string>
        {
            "run", "--rm", "--name", name, "--label", string.Create(CultureInfo.InvariantCulture, $"{OwnerLabel}={Environment.ProcessId}"),
        };
        foreach (var endpoint in container.Annotations.OfType<EndpointAnnotation>())
        {
            var outside = endpoint.AllocatedEndpoint!.Port;
            all.AddRange(["--publish", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{outside}:{endpoint.TargetPort ?? outside}")]);
        }

        foreach (var variable in variables.Order(StringComparer.Ordinal))
        {
            all.AddRange(["--env", variable]);
        }

        foreach (var mount in container.Annotations.OfType<ContainerMountAnnotation>())
        {
            all.AddRange(["--volume", (mount.Source is null ? "" : mount.Source + ":") + mount.Target + (mount.IsReadOnly ? ":ro" : "")]);
        }

        if (container.Entrypoint is not null)
        {
            all.AddRange(["--entrypoint", container.Entrypoint]);
        }

        all.Add((image.Registry is null ? "" : image.Registry + "/") + image.Image + (image.Tag is null ? "" : ":" + image.Tag));
        all.AddRange(arguments);
        return all;
    }

    // What a killed AppHost left behind keeps the name and the data to itself. What a running one uses is left alone.
    private static async Task RemoveLeftOverAsync(string engine, string name, CancellationToken cancellationToken)
    {
        var (exists, owner) = await CallAsync(
            engine, ["inspect", "--format", $"{{{{index .Config.Labels \"{OwnerLabel}\"}}}}", name], cancellationToken).ConfigureAwait(false);
        if (!exists)
        {
            return;
        }

        if (!int.TryParse(owner.Trim(), CultureInfo.InvariantCulture, out var process) || (process != Environment.ProcessId && IsAlive(process)))
        {
            throw new DistributedApplicationException($"the container {name} is in use by another AppHost (process {owner.Trim()}) of the same folder");
        }

        await CallAsync(engine, ["stop", "--time", "10", name], cancellationToken).ConfigureAwait(false);
        await CallAsync(engine, ["rm", "--force", name], cancellationToken).ConfigureAwait(false);
    }

    private static bool IsAlive(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static async Task<string> FindAsync()
    {
        foreach (var name in new[] { "docker", "podman" })
        {
            // A command line without an engine behind it is found on many machines.
            if (NewSession.Find(name) is { } engine && (await CallAsync(engine, ["info"], CancellationToken.None).ConfigureAwait(false)).Success)
            {
                return engine;
            }
        }

        throw new DistributedApplicationException("no container engine works here: neither 'docker info' nor 'podman info' succeeds");
    }

    private static async Task<(bool Success, string Output)> CallAsync(
        string engine, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(engine, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Patience);
        try
        {
            await process.WaitForExitAsync(timeout.Token).ConfigureAwait(false);
            var succeeded = process.ExitCode == 0;
            return (succeeded, (await output.ConfigureAwait(false) + (succeeded ? "" : await error.ConfigureAwait(false))).Trim());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            return (false, $"'{Path.GetFileName(engine)} {arguments[0]}' did not answer within {Patience.TotalSeconds:0} s");
        }
    }
}
