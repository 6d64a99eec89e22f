using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Todo.Data.Access;
using Todo.Tests.Api;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.Lists;

/// <summary>An API, and shortcuts to what people do with lists and todos in it.</summary>
public sealed class ListHost : ApiHost
{
    /// <inheritdoc/>
    // The feed would once forget a tenant that was just made, and then it is looked up once more.
    protected override IEnumerable<string> Arguments => ["--Tenants:ChangeInterval=1.00:00:00"];

    /// <summary>Adds a member.</summary>
    internal Task<TenantClient> MemberAsync(TenantClient owner) => AddPersonAsync(owner.Slug, BuiltInRole.Member);

    /// <summary>Makes a list.</summary>
    internal static async Task<Guid> AddListAsync(TenantClient client, string name = "A list", string visibility = "Private") =>
        (await OkAsync(client.PostAsJsonAsync("/lists", new { name, visibility }))).GetProperty("id").GetGuid();

    /// <summary>Makes a todo in a list.</summary>
    internal static async Task<Guid> AddTodoAsync(TenantClient client, Guid list, string title = "Something") =>
        (await OkAsync(client.PostAsJsonAsync("/todos", new { title, listId = list }))).GetProperty("id").GetGuid();

    /// <summary>Shares a list with somebody.</summary>
    internal static async Task ShareAsync(TenantClient owner, Guid list, Guid user, string access) =>
        await OkAsync(owner.PutAsJsonAsync($"/lists/{list}/shares/users/{user}", new { access }));

    /// <summary>Sends a merge patch, with what the sender has seen, if that is said.</summary>
    internal static Task<HttpResponseMessage> PatchAsync(TenantClient client, string path, string json, string? ifMatch = null) => SendAsync(client, HttpMethod.Patch, path, ifMatch, json);

    /// <summary>Deletes something; by default whatever version it is at.</summary>
    internal static Task<HttpResponseMessage> DeleteAsync(TenantClient client, string path, string? ifMatch = "*") => SendAsync(client, HttpMethod.Delete, path, ifMatch);

    /// <summary>The version of something.</summary>
    internal static async Task<string> TagAsync(TenantClient client, string path)
    {
        using var response = await client.GetAsync(path);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return response.Headers.ETag.ShouldNotBeNull().ToString();
    }

    /// <summary>The names of the lists that somebody sees, in order.</summary>
    internal static async Task<IReadOnlyList<string>> NamesAsync(TenantClient client, string path = "/lists") =>
        [.. (await OkAsync(client.GetAsync(path))).GetProperty("items").EnumerateArray().Select(list => list.GetProperty("name").GetString()!)];

    private static async Task<HttpResponseMessage> SendAsync(TenantClient client, HttpMethod method, string path, string? ifMatch, string? json = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/merge-patch+json"));
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return await client.SendAsync(request);
    }
}
