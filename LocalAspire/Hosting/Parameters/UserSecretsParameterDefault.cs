using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration.UserSecrets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Makes up a value once and keeps it in the AppHost's user secrets.</summary>
internal sealed class UserSecretsParameterDefault(Assembly? appHost, string name, ParameterDefault inner) : ParameterDefault
{
    private static readonly Lock FileLock = new();
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public override string GetDefaultValue()
    {
        var key = $"Parameters:{name}";
        lock (FileLock)
        {
            string? path = null;
            try
            {
                var id = appHost?.GetCustomAttribute<UserSecretsIdAttribute>()?.UserSecretsId
                    ?? throw new InvalidOperationException("the AppHost has no UserSecretsId");
                path = PathHelper.GetSecretsPathFromSecretsId(id);
                var secrets = Read(path);
                if (secrets[key]?.GetValue<string>() is { } kept)
                {
                    return kept;
                }

                var value = inner.GetDefaultValue();
                secrets[key] = value;
                Write(path, secrets);
                return value;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidOperationException or JsonException)
            {
                System.Console.Error.WriteLine(
                    $"The parameter '{name}' gets a new value at each start, since it cannot be kept{(path is null ? "" : $" in {path}")}: {exception.Message}");
                return inner.GetDefaultValue();
            }
        }
    }

    private static JsonObject Read(string path) =>
        File.Exists(path)
            ? JsonNode.Parse(File.ReadAllText(path), documentOptions: new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true })
                as JsonObject ?? throw new JsonException("it is not a JSON object")
            : [];

    private static void Write(string path, JsonObject secrets)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);

        // In one step, so that a second AppHost never reads half a file; and for the owner's eyes only.
        var next = $"{path}.{Environment.ProcessId}";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(next, options))
        {
            writer.Write(secrets.ToJsonString(Indented));
        }

        File.Move(next, path, overwrite: true);
    }
}
