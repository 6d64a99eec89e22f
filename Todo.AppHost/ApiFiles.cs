using Todo.AppHost.Embedded;
using Todo.ServiceDefaults;

namespace Todo.AppHost;

/// <summary>Where the API keeps files.</summary>
internal static class ApiFiles
{
    /// <summary>
    /// Gives it a key to sign links with and, on a developer's machine, a folder beside the databases'. What is published has neither a folder that lasts nor one
    /// that replicas share until somebody gives it a volume, or a bucket (<c>Files:S3</c>).
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithFiles(this IResourceBuilder<ProjectResource> api)
    {
        var builder = api.ApplicationBuilder;
        var key = builder.AddParameter(ResourceNames.FileKey, new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);
        api.WithEnvironment("Files__LinkKey", key);
        return builder.ExecutionContext.IsRunMode ? api.WithEnvironment("Files__Folder", DeveloperServers.DataFolder(builder, "files")) : api;
    }
}
