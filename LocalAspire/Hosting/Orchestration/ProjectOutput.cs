using System.Reflection;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>Finds what a build made of a project.</summary>
internal static class ProjectOutput
{
    /// <summary>The assembly to run.</summary>
    /// <exception cref="DistributedApplicationException">The project has not been built.</exception>
    public static string Find(ProjectResource project, AppHostFolder appHost)
    {
        var file = project.GetProjectMetadata().ProjectPath;

        // The AppHost's build writes down what it built and where (LocalAspire.AppHost.targets).
        if (DistributedApplicationBuilder.Metadata(appHost.Assembly, "localaspireoutput:" + file) is { } recorded && File.Exists(recorded))
        {
            return recorded;
        }

        var configuration = appHost.Assembly?.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";
        var folder = Path.Combine(Path.GetDirectoryName(file)!, "bin", configuration);
        var name = Path.GetFileNameWithoutExtension(file) + ".dll";
        var found = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, name, SearchOption.AllDirectories)
                .Where(path => File.Exists(Path.ChangeExtension(path, ".runtimeconfig.json")))
                .MaxBy(File.GetLastWriteTimeUtc)
            : null;
        return found ?? throw new DistributedApplicationException($"it has not been built: there is no {name} under {folder}; run: dotnet build {file}");
    }

    /// <summary>The dotnet that runs the AppHost also runs its projects.</summary>
    public static string Dotnet()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var path = Path.GetFullPath(Path.Combine(runtime, "..", "..", "..", name));
        return File.Exists(path) ? path : name;
    }
}
