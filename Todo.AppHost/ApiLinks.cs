using Microsoft.Extensions.Hosting;

namespace Todo.AppHost;

/// <summary>The API's own pages, one click away in the dashboard.</summary>
internal static class ApiLinks
{
    // Above the bare address, and so in this order.
    private const int First = 100;

    /// <summary>Links to the documentation and to the fleet's page; in Development also to the mails that would have gone out.</summary>
    public static IResourceBuilder<ProjectResource> WithLinks(this IResourceBuilder<ProjectResource> api)
    {
        api.WithUrlForEndpoint("http", _ => new() { Url = "/docs", DisplayText = "Docs", DisplayOrder = First })
            .WithUrlForEndpoint("http", _ => new() { Url = "/cc", DisplayText = "Fleet", DisplayOrder = First - 1 });
        if (api.ApplicationBuilder.Environment.IsDevelopment())
        {
            api.WithUrlForEndpoint("http", _ => new() { Url = "/dev/mailbox", DisplayText = "Mail", DisplayOrder = First - 2 });
        }

        return api;
    }
}
