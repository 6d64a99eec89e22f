using System.Net.Http.Json;

namespace Todo.AppHost;

/// <summary>What operators do to the API with one click in the dashboard.</summary>
internal static class OperatorCommands
{
    private const string KeyHeader = "X-Operator-Key";

    /// <summary>Adds the commands; each sends the operators' key.</summary>
    public static IResourceBuilder<ProjectResource> WithOperatorCommands(this IResourceBuilder<ProjectResource> api, IResourceBuilder<ParameterResource> operatorKey) => api
        .WithHttpCommand(
            "/cc/migrate",
            "Migrate all tenants",
            commandName: "migrate-all",
            commandOptions: new HttpCommandOptions
            {
                Description = "Brings the catalog and every tenant to the newest version that this build knows.",
                ConfirmationMessage = "Migrate the catalog and every tenant now?",
                IconName = "DatabaseArrowUp",
                IsHighlighted = true,
                PrepareRequest = context => AddKeyAsync(context, operatorKey),
            })
        .WithHttpCommand(
            "/cc/fleet",
            "Show the fleet",
            commandName: "fleet-status",
            commandOptions: new HttpCommandOptions
            {
                Description = "Counts the tenants by status and version, and shows the open migration run.",
                IconName = "DataUsage",
                Method = HttpMethod.Get,
                ResultMode = HttpCommandResultMode.Json,
                PrepareRequest = context => AddKeyAsync(context, operatorKey),
            })
        .WithHttpCommand(
            "/cc/fleet/plan",
            "Plan a migration of all tenants",
            commandName: "fleet-plan",
            commandOptions: new HttpCommandOptions
            {
                Description = "Shows which tenants would be brought to the newest version, and with which SQL. Changes nothing.",
                IconName = "DocumentSearch",
                Method = HttpMethod.Post,
                ResultMode = HttpCommandResultMode.Json,
                PrepareRequest = async context =>
                {
                    context.Request.Content = JsonContent.Create(new { kind = "apply", to = "head" });
                    await AddKeyAsync(context, operatorKey);
                },
            });

    private static async Task AddKeyAsync(HttpCommandRequestContext context, IResourceBuilder<ParameterResource> operatorKey) =>
        context.Request.Headers.Add(KeyHeader, await operatorKey.Resource.GetValueAsync(context.CancellationToken));
}
