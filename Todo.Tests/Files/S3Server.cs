using Todo.AppHost.Embedded;
using Todo.Tests.Servers;

namespace Todo.Tests.Files;

/// <summary>
/// A server that speaks as Amazon's S3 does, with an empty bucket: s3rver, which npm brings once. It checks signatures, takes uploads in parts and serves ranges;
/// it is no proof of what Amazon's own does.
/// </summary>
public sealed class S3Server : IAsyncLifetime
{
    /// <summary>The bucket.</summary>
    public const string Bucket = "todo-files";

    private const string Package = "s3rver@3.7.1";
    private const string Listening = "S3rver listening on ";

    // The only one that this server knows; it is on the loopback interface and holds nothing but what tests send.
    private const string Credential = "S3RVER";

    private readonly string _folder = Directory.CreateTempSubdirectory("todo-s3-").FullName;
    private ObservedProcess _process = null!;

    /// <summary>Its address.</summary>
    public string Url { get; private set; } = null!;

    /// <summary>How an API is told of it.</summary>
    public IEnumerable<string> Arguments => [$"--Files:S3:Bucket={Bucket}", $"--Files:S3:ServiceUrl={Url}", "--Files:S3:PathStyle=true"];

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        var installed = ServerCache.GetOrAdd(Package.Replace('@', '-'), ServerCache.Folder, target =>
        {
            var npm = Command.Find("npm") ?? throw new InvalidOperationException($"npm is needed, to install {Package}: install Node.js.");
            var result = Command.Run([npm, "install", "--prefix", target, "--no-audit", "--no-fund", "--ignore-scripts", Package], target, timeout: TimeSpan.FromMinutes(5));
            if (!result.Succeeded)
            {
                throw new InvalidOperationException($"'npm install {Package}' failed:\n{result.Output}");
            }
        });
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", Credential);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", Credential);
        _process = Start(Path.Combine(installed, "node_modules", "s3rver", "bin", "s3rver.js"), _folder);
        await _process.SeenAsync(Listening);
        Url = "http://" + _process.Output.Split(Listening)[1].Split('\n')[0].Trim();
    }

    /// <inheritdoc/>
    public Task DisposeAsync()
    {
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    private static ObservedProcess Start(string script, string folder) =>
        new(script, ["-d", folder, "-a", "127.0.0.1", "-p", "0", "--configure-bucket", Bucket], new Dictionary<string, string>(), program: "node");
}
