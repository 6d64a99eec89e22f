using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Containers;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Orchestration;

/// <summary>Works out what to run for a resource: program, arguments, environment.</summary>
internal sealed class LaunchPlan(AppHostFolder appHost, DistributedApplicationExecutionContext context, IConfiguration configuration)
{
    private static readonly string[] PassedOn =
    [
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "OTEL_EXPORTER_OTLP_HEADERS",
        "OTEL_BLRP_SCHEDULE_DELAY",
        "OTEL_BSP_SCHEDULE_DELAY",
        "OTEL_METRIC_EXPORT_INTERVAL",
        "OTEL_TRACES_SAMPLER",
        "OTEL_METRICS_EXEMPLAR_FILTER",
    ];

    public async Task<ProcessStart> MakeAsync(IResource resource, int replica, ResourceLog log, CancellationToken cancellationToken)
    {
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.ReplicaPorts.Count > replica))
        {
            Ports.Release(endpoint.ReplicaPorts[replica]);
            if (!Ports.IsFree(endpoint.ReplicaPorts[replica]))
            {
                throw new DistributedApplicationException($"port {endpoint.ReplicaPorts[replica]} is taken by another process");
            }
        }

        var values = new ValueProviderContext { Caller = resource, ExecutionContext = context, Replica = replica };
        var (environment, shown) = await EnvironmentAsync(resource, replica, values, log, cancellationToken).ConfigureAwait(false);
        var arguments = await ArgumentsAsync(resource, values, log, cancellationToken).ConfigureAwait(false);
        switch (resource)
        {
            case ProjectResource project:
                var assembly = ProjectOutput.Find(project, appHost);
                var folder = Path.GetDirectoryName(project.GetProjectMetadata().ProjectPath)!;
                return new(ProjectOutput.Dotnet(), [assembly, .. arguments], folder, environment, log) { Shown = shown };
            case ExecutableResource executable:
                return new(executable.Command, arguments, executable.WorkingDirectory, environment, log) { Shown = shown };
            case ContainerResource container:
                var name = ContainerEngine.Name(container, configuration);
                var plan = await ContainerEngine.PlanAsync(container, name, arguments, environment, log, cancellationToken).ConfigureAwait(false);
                return plan with { Shown = shown };
            default:
                throw new DistributedApplicationException($"a {resource.GetType().Name} cannot be run here");
        }
    }

    private async Task<(Dictionary<string, string> Environment, IReadOnlyList<EnvironmentVariableSnapshot> Shown)> EnvironmentAsync(
        IResource resource, int replica, ValueProviderContext values, ResourceLog log, CancellationToken cancellationToken)
    {
        var variables = new EnvironmentCallbackContext(context, resource, cancellationToken: cancellationToken) { Logger = log };
        if (resource is ProjectResource)
        {
            AddTelemetry(resource, replica, variables.EnvironmentVariables);

            // Its output goes into a pipe, but a person will read it.
            variables.EnvironmentVariables["DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION"] = "true";
        }

        foreach (var callback in resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToArray())
        {
            await callback.Callback(variables).ConfigureAwait(false);
        }

        var environment = new Dictionary<string, string>();
        var shown = new List<EnvironmentVariableSnapshot>();
        foreach (var (name, value) in variables.EnvironmentVariables)
        {
            if (await TextAsync(value, values, cancellationToken).ConfigureAwait(false) is { } text)
            {
                environment[name] = text;
                shown.Add(ShownEnvironment.Variable(name, value, text));
            }
        }

        return (environment, shown);
    }

    // To wherever the AppHost's configuration says telemetry goes; the dashboard sets the same keys.
    private void AddTelemetry(IResource resource, int replica, Dictionary<string, object> variables)
    {
        if (configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not { Length: > 0 } endpoint)
        {
            return;
        }

        variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint;
        variables["OTEL_SERVICE_NAME"] = resource.Name;
        variables["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={resource.GetInstanceIds()[replica]}";
        foreach (var name in PassedOn)
        {
            if (configuration[name] is { Length: > 0 } value)
            {
                variables[name] = value;
            }
        }
    }

    private async Task<IReadOnlyList<string>> ArgumentsAsync(
        IResource resource, ValueProviderContext values, ResourceLog log, CancellationToken cancellationToken)
    {
        var list = new List<object>();
        foreach (var callback in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>().ToArray())
        {
            await callback.Callback(new(list, resource, cancellationToken) { ExecutionContext = context, Logger = log }).ConfigureAwait(false);
        }

        var arguments = new List<string>();
        foreach (var argument in list)
        {
            if (await TextAsync(argument, values, cancellationToken).ConfigureAwait(false) is { } text)
            {
                arguments.Add(text);
            }
        }

        return arguments;
    }

    private static ValueTask<string?> TextAsync(object? value, ValueProviderContext values, CancellationToken cancellationToken) => value switch
    {
        IValueProvider provider => provider.GetValueAsync(values, cancellationToken),
        IResourceBuilder<IResource> { Resource: IValueProvider provider } => provider.GetValueAsync(values, cancellationToken),
        _ => new(value?.ToString()),
    };
}
