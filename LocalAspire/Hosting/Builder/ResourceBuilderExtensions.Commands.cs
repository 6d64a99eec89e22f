using System.Runtime.CompilerServices;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Adds a command; one of the same name is replaced.</summary>
    [OverloadResolutionPriority(1)]
    public static IResourceBuilder<T> WithCommand<T>(
        this IResourceBuilder<T> builder,
        string name,
        string displayName,
        Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand,
        CommandOptions? commandOptions = null)
        where T : IResource
    {
        var options = commandOptions ?? new();
        return Command(builder, name, displayName, executeCommand, options.UpdateState, options.Description, parameter: null, options.ConfirmationMessage, options.IconName, options.IconVariant, options.IsHighlighted);
    }

    /// <summary>Adds a command; one of the same name is replaced.</summary>
    [Obsolete("Use the overload that takes CommandOptions.")]
    public static IResourceBuilder<T> WithCommand<T>(
        this IResourceBuilder<T> builder,
        string name,
        string displayName,
        Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand,
        Func<UpdateCommandStateContext, ResourceCommandState>? updateState = null,
        string? displayDescription = null,
        object? parameter = null,
        string? confirmationMessage = null,
        string? iconName = null,
        IconVariant? iconVariant = null,
        bool isHighlighted = false)
        where T : IResource =>
        Command(builder, name, displayName, executeCommand, updateState, displayDescription, parameter, confirmationMessage, iconName, iconVariant, isHighlighted);

    /// <summary>Adds a command that sends a request to the resource.</summary>
    /// <param name="builder">The resource.</param>
    /// <param name="path">Where to send it.</param>
    /// <param name="displayName">What to call it on a screen.</param>
    /// <param name="endpointName">To which endpoint; the first http endpoint if null.</param>
    /// <param name="commandName">The command's name; made of resource, endpoint, method and path if null.</param>
    /// <param name="commandOptions">How it is shown, asked and answered.</param>
    /// <exception cref="DistributedApplicationException">There is no such http endpoint.</exception>
    public static IResourceBuilder<TResource> WithHttpCommand<TResource>(
        this IResourceBuilder<TResource> builder,
        string path,
        string displayName,
        string? endpointName = null,
        string? commandName = null,
        HttpCommandOptions? commandOptions = null)
        where TResource : IResourceWithEndpoints =>
        builder.WithHttpCommand(path, displayName, () => HttpEndpoint(builder, endpointName, "command"), commandName, commandOptions);

    /// <inheritdoc cref="WithHttpCommand{TResource}(IResourceBuilder{TResource}, string, string, string?, string?, HttpCommandOptions?)"/>
    public static IResourceBuilder<TResource> WithHttpCommand<TResource>(
        this IResourceBuilder<TResource> builder,
        string path,
        string displayName,
        Func<EndpointReference>? endpointSelector,
        string? commandName = null,
        HttpCommandOptions? commandOptions = null)
        where TResource : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        var endpoint = endpointSelector?.Invoke() ?? HttpEndpoint(builder, name: null, "command");
        var options = commandOptions ?? new();
        options.Method ??= HttpMethod.Post;
        options.UpdateState ??= context => context.ResourceSnapshot.State?.Text == KnownResourceStates.Running
            ? ResourceCommandState.Enabled
            : ResourceCommandState.Disabled;
        builder.ApplicationBuilder.Services.AddHttpClient();
        var name = commandName ?? $"{endpoint.Resource.Name}-{endpoint.EndpointName}-http-{options.Method.Method.ToLowerInvariant()}-{path}";
        return builder.WithCommand(name, displayName, context => SendAsync(context, endpoint, path, options), options);
    }

    private static IResourceBuilder<T> Command<T>(
        IResourceBuilder<T> builder,
        string name,
        string displayName,
        Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand,
        Func<UpdateCommandStateContext, ResourceCommandState>? updateState,
        string? displayDescription,
        object? parameter,
        string? confirmationMessage,
        string? iconName,
        IconVariant? iconVariant,
        bool isHighlighted)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(executeCommand);
        foreach (var old in builder.Resource.Annotations.OfType<ResourceCommandAnnotation>().Where(command => command.Name == name).ToArray())
        {
            builder.Resource.Annotations.Remove(old);
        }

        return builder.WithAnnotation(new ResourceCommandAnnotation(
            name,
            displayName,
            updateState ?? (_ => ResourceCommandState.Enabled),
            executeCommand,
            displayDescription,
            parameter,
            confirmationMessage,
            iconName,
            iconVariant,
            isHighlighted));
    }

    private static async Task<ExecuteCommandResult> SendAsync(
        ExecuteCommandContext context, EndpointReference endpoint, string path, HttpCommandOptions options)
    {
        if (!endpoint.IsAllocated)
        {
            return CommandResults.Failure("The resource has no address yet.");
        }

        using var client = context.Services.GetRequiredService<IHttpClientFactory>().CreateClient(options.HttpClientName ?? Options.DefaultName);
        if (options.HttpClientName is null)
        {
            // A command may take as long as whoever gave it has patience.
            client.Timeout = Timeout.InfiniteTimeSpan;
        }

        using var request = new HttpRequestMessage(options.Method!, new Uri(new Uri(endpoint.Url), path));
        if (options.PrepareRequest is not null)
        {
            await options.PrepareRequest(new()
            {
                Services = context.Services,
                ResourceName = context.ResourceName,
                Endpoint = endpoint,
                CancellationToken = context.CancellationToken,
                HttpClient = client,
                Request = request,
            }).ConfigureAwait(false);
        }

        using var response = await client.SendAsync(request, context.CancellationToken).ConfigureAwait(false);
        if (options.GetCommandResult is not null)
        {
            return await options.GetCommandResult(new()
            {
                Services = context.Services,
                ResourceName = context.ResourceName,
                Endpoint = endpoint,
                CancellationToken = context.CancellationToken,
                HttpClient = client,
                Response = response,
            }).ConfigureAwait(false);
        }

        var body = options.ResultMode == HttpCommandResultMode.None
            ? ""
            : await response.Content.ReadAsStringAsync(context.CancellationToken).ConfigureAwait(false);
        var isJson = options.ResultMode == HttpCommandResultMode.Json
            || (options.ResultMode == HttpCommandResultMode.Auto
                && response.Content.Headers.ContentType?.MediaType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true);
        return new()
        {
            Success = response.IsSuccessStatusCode,
            Message = response.IsSuccessStatusCode ? null : $"Request failed with status code {response.StatusCode}",
            Data = body.Length == 0 ? null : new() { Value = body, Format = isJson ? CommandResultFormat.Json : CommandResultFormat.Text },
        };
    }
}
