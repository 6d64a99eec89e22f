using System.Net.Http.Json;
using System.Text.Json;
using Todo.Tests.Api;

namespace Todo.Tests.Idempotency;

/// <summary>An API that keeps small answers only, and waits long for another request.</summary>
public class IdempotencyHost : ApiHost
{
    public const int MaxAnswerBytes = 2_000;

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => [$"--Idempotency:MaxAnswerBytes={MaxAnswerBytes}", "--Idempotency:Patience=00:01:00"];

    /// <summary>A new key.</summary>
    internal static string NewKey() => Guid.NewGuid().ToString();

    /// <summary>A POST with a key.</summary>
    internal static HttpRequestMessage Request(string path, object? body, params string[] keys)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        foreach (var key in keys)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        return request;
    }

    /// <summary>Sends one.</summary>
    internal static async Task<HttpResponseMessage> SendAsync(HttpClient client, string path, object? body, params string[] keys)
    {
        using var request = Request(path, body, keys);
        return await client.SendAsync(request);
    }

    /// <summary>Sends one and takes what a caller gets to see.</summary>
    internal static async Task<Seen> SeeAsync(HttpClient client, string path, object? body, params string[] keys)
    {
        using var response = await SendAsync(client, path, body, keys);
        return await Seen.OfAsync(response);
    }

    /// <summary>The titles of all todos of a tenant.</summary>
    internal async Task<IReadOnlyList<string>> TitlesAsync(TenantClient client) => await ColumnAsync($"SELECT title FROM {await SchemaAsync(client.Slug)}.todos ORDER BY title");
}

/// <summary>An API that doesn't wait long for another request, and lets more of a tenant's wait at once than it has connections.</summary>
public sealed class ImpatientHost : IdempotencyHost
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => [.. base.Arguments, "--Idempotency:Patience=00:00:10", "--Traffic:TenantConcurrency=64"];
}

/// <summary>An API that looks all the time for keys whose time is over.</summary>
public sealed class ForgettingHost : IdempotencyHost
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => [.. base.Arguments, "--Retention:Interval=00:00:00.200"];
}

/// <summary>An answer, in the parts that must be the same when it is given again.</summary>
internal sealed record Seen(int Status, string Body, string? Location, string? ContentType, string? ETag, bool IsReplayed)
{
    public Seen WhateverTime() => this with { IsReplayed = false };

    public Guid Id() => JsonSerializer.Deserialize<JsonElement>(Body).GetProperty("id").GetGuid();

    public static async Task<Seen> OfAsync(HttpResponseMessage response) => new(
        (int)response.StatusCode,
        await response.Content.ReadAsStringAsync(),
        response.Headers.Location?.ToString(),
        response.Content.Headers.ContentType?.ToString(),
        response.Headers.ETag?.ToString(),
        response.Headers.Contains("Idempotency-Replayed"));
}
