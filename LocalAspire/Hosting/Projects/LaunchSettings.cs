using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aspire.Hosting;

/// <summary>What stands in a project's <c>Properties/launchSettings.json</c>.</summary>
public sealed class LaunchSettings
{
    private static readonly JsonSerializerOptions Options = new()
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>The profiles by name.</summary>
    [JsonPropertyName("profiles")]
    [SuppressMessage("Usage", "CA2227:Collection properties should be read only", Justification = "It can be set in Aspire.")]
    public Dictionary<string, LaunchProfile> Profiles { get; set; } = [];

    /// <summary>Reads the settings of the project in a folder; null if it has none.</summary>
    /// <exception cref="DistributedApplicationException">The file is not JSON.</exception>
    internal static LaunchSettings? Read(string projectDirectory)
    {
        var path = Path.Combine(projectDirectory, "Properties", "launchSettings.json");
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<LaunchSettings>(File.ReadAllText(path), Options) : null;
        }
        catch (JsonException exception)
        {
            throw new DistributedApplicationException($"{path} cannot be read: {exception.Message}", exception);
        }
    }
}

/// <summary>One way to run a project.</summary>
public sealed class LaunchProfile
{
    /// <summary>What to run: for us, <c>Project</c>.</summary>
    [JsonPropertyName("commandName")]
    public string? CommandName { get; set; }

    /// <summary>Its arguments.</summary>
    [JsonPropertyName("commandLineArgs")]
    public string? CommandLineArgs { get; set; }

    /// <summary>Where it listens: addresses with semicolons between.</summary>
    [JsonPropertyName("applicationUrl")]
    public string? ApplicationUrl { get; set; }

    /// <summary>The page to show first.</summary>
    [JsonPropertyName("launchUrl")]
    public string? LaunchUrl { get; set; }

    /// <summary>Its environment.</summary>
    [JsonPropertyName("environmentVariables")]
    [SuppressMessage("Usage", "CA2227:Collection properties should be read only", Justification = "It can be set in Aspire.")]
    public Dictionary<string, string> EnvironmentVariables { get; set; } = [];
}
