using System.Net.Http.Headers;
using System.Text.Json;
using Todo.Data.Access;
using Todo.Tests.Api;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.Files;

/// <summary>An API whose tenants may keep little, and shortcuts to what people do with files in it.</summary>
public class FilesHost : ApiHost
{
    /// <summary>The largest file.</summary>
    public const int MaxFile = 5 * 1024 * 1024;

    /// <summary>All files of a tenant.</summary>
    public const int Quota = 12 * 1024 * 1024;

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => [$"--Files:MaxFileBytes={MaxFile}", $"--Files:QuotaBytes={Quota}", "--Tenants:ChangeInterval=1.00:00:00"];

    /// <summary>Adds a member.</summary>
    internal Task<TenantClient> MemberAsync(TenantClient owner) => AddPersonAsync(owner.Slug, BuiltInRole.Member);

    /// <summary>What the storage has of a tenant's, by name.</summary>
    internal async Task<IReadOnlyList<string>> KeptAsync(TenantClient owner)
    {
        var folder = Path.Combine(FilesFolder, (await SchemaAsync(owner.Slug)).TenantId.ToString("N"));
        return Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Select(path => Path.GetFileName(path)!).Order()] : [];
    }

    /// <summary>Bytes that count.</summary>
    internal static async Task<long> UsedAsync(TenantClient client) => (await OkAsync(client.GetAsync("/files/usage"))).GetProperty("usedBytes").GetInt64();

    /// <summary>Sends a file as a body.</summary>
    internal static Task<HttpResponseMessage> SendAsync(TenantClient client, Guid todo, byte[] content, string name = "a.bin", string? contentType = null, string? digest = null)
    {
        var body = new ByteArrayContent(content);
        if (contentType is not null)
        {
            body.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }

        if (digest is not null)
        {
            body.Headers.Add("Content-Digest", digest);
        }

        return client.PostAsync($"/todos/{todo}/files?name={Uri.EscapeDataString(name)}", body);
    }

    /// <summary>Puts one there.</summary>
    internal static Task<JsonElement> PutAsync(TenantClient client, Guid todo, byte[] content, string name = "a.bin") => OkAsync(SendAsync(client, todo, content, name));

    /// <summary>Bytes that are no text and no file of a known kind, the same each time.</summary>
    internal static byte[] Noise(int length, int seed = 1)
    {
        var bytes = new byte[length];
        var value = (uint)seed * 2_654_435_761;
        foreach (ref var one in bytes.AsSpan(Math.Min(length, 2)))
        {
            value = (value * 1_664_525) + 1_013_904_223;
            one = (byte)(value >> 24);
        }

        return bytes;
    }
}
