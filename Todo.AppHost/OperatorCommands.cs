namespace Todo.AppHost;

/// <summary>What operators do to the API with one click in the dashboard.</summary>
internal static class OperatorCommands
{
    private const string KeyHeader = "X-Operator-Key";

    /// <summary>Adds the commands; each sends the operators' key.</summary>
    public static IResourceBuilder<ProjectResource> WithOperatorCommands(this IResourceBuilder<ProjectResource> api, IResourceBuilder<ParameterResource> operatorKey) =>
        api.WithHttpCommand(
            "/cc/migrate",
            "Migrate all tenants",
            commandName: "migrate-all",
            commandOptions: new HttpCommandOptions
            {
                Description = "Brings the catalog and every tenant to the newest version that this build knows.",
                ConfirmationMessage = "Migrate the catalog and every tenant now?",
                IconName = "DatabaseArrowUp",
                IsHighlighted = true,
                PrepareRequest = async context => context.Request.Headers.Add(KeyHeader, await operatorKey.Resource.GetValueAsync(context.CancellationToken)),
            });
}
