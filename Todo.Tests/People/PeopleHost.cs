using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Todo.Api.Identity;
using Todo.Data.Access;
using Todo.Tests.Api;

namespace Todo.Tests.People;

/// <summary>An API whose tenants may have few accounts, and shortcuts to what people do in it.</summary>
public sealed class PeopleHost : ApiHost
{
    /// <summary>How many accounts a tenant may have.</summary>
    public const int AccountLimit = 12;

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => [$"--Tenants:AccountLimit={AccountLimit}"];

    /// <summary>Makes a role of these permissions.</summary>
    internal static async Task<Guid> RoleAsync(TenantClient owner, params string[] permissions) =>
        (await OkAsync(owner.PostAsJsonAsync("/roles", new { name = $"Role {Guid.NewGuid()}", permissions }))).GetProperty("id").GetGuid();

    /// <summary>Adds somebody with a new role of these permissions.</summary>
    internal async Task<TenantClient> PersonAsync(TenantClient owner, params string[] permissions) => await AddPersonAsync(owner.Slug, await RoleAsync(owner, permissions));

    /// <summary>Adds another owner.</summary>
    internal Task<TenantClient> OwnerAsync(TenantClient owner) => AddPersonAsync(owner.Slug, BuiltInRole.Owner);

    /// <summary>Invites somebody.</summary>
    internal static async Task<JsonElement> InviteAsync(TenantClient inviter, string? email = null, string name = "Ina Invited") =>
        await OkAsync(inviter.PostAsJsonAsync("/users", new { email = email ?? NewAddress(inviter), name }));

    /// <summary>An address that nobody has.</summary>
    internal static string NewAddress(TenantClient client) => $"{Guid.NewGuid():N}@{client.Slug}.example";

    /// <summary>A token as an invitation's mail has it.</summary>
    internal async Task<string> InvitationAsync(string slug, Guid userId, string lasts = "1 day")
    {
        var schema = await SchemaAsync(slug);
        var token = AccessToken.Create(schema.TenantId, out var text);
        await ExecuteAsync(
            $"""
            INSERT INTO {schema}.one_time_tokens (hash, user_id, purpose, created_at, expires_at)
            VALUES ('\x{Convert.ToHexString(token.Hash)}', '{userId}', 'invitation', now(), now() + interval '{lasts}')
            """);
        return text;
    }

    /// <summary>Sends a file to be imported.</summary>
    internal static Task<HttpResponseMessage> ImportAsync(TenantClient client, string csv, bool dryRun = false) =>
        client.PostAsync($"/users/import?dryRun={dryRun}", new StringContent(csv, Encoding.UTF8, "text/csv"));

    /// <summary>The actions in the audit log about something, oldest first.</summary>
    internal async Task<IReadOnlyList<string>> ActionsAsync(string slug, Guid subject) =>
        await ColumnAsync($"SELECT action FROM {await SchemaAsync(slug)}.audit_entries WHERE subject_id = '{subject}' ORDER BY id");

    /// <summary>The mails about somebody, oldest first.</summary>
    internal Task<IReadOnlyList<string>> MailsAsync(Guid userId) => ColumnAsync($"SELECT template FROM outgoing_mail WHERE user_id = '{userId}' ORDER BY id");

    /// <summary>The body of an answer that must be a success; nothing if it has none.</summary>
    internal static async Task<JsonElement> OkAsync(Task<HttpResponseMessage> sending)
    {
        using var response = await sending;
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue($"{(int)response.StatusCode} {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    /// <summary>Checks that an answer is a refusal that says this.</summary>
    internal static async Task<JsonElement> RefusedAsync(Task<HttpResponseMessage> sending, HttpStatusCode status, string part)
    {
        using var response = await sending;
        var problem = await response.ShouldBeProblemAsync(status);
        problem.GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain(part);
        return problem;
    }
}
