using System.Net;
using Todo.Api.Traffic;
using Todo.Data.Access;
using Todo.Tests.Api;
using Todo.Tests.Traffic;

namespace Todo.Tests.ApiKeys;

/// <summary>Where a key has few requests.</summary>
public sealed class FewRequestsOfKeysHost : TrafficHost
{
    public const int Requests = 3;

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => Limit("api-key", 1, RatePeriod.Minute, Requests - 1);
}

public sealed class ApiKeyLimitTests(FewRequestsOfKeysHost api) : IClassFixture<FewRequestsOfKeysHost>
{
    [Fact]
    public async Task A_key_has_a_limit_of_its_own_that_neither_people_nor_other_keys_share()
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        using var one = api.With((await api.AddKeyAsync(schema, owner.UserId, [Permission.TodosRead])).Text);
        using var other = api.With((await api.AddKeyAsync(schema, owner.UserId, [Permission.TodosRead])).Text);
        for (var i = 0; i < FewRequestsOfKeysHost.Requests; i++)
        {
            (await one.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        using var refused = await one.GetAsync("/todos");
        (await refused.ShouldBeProblemAsync(HttpStatusCode.TooManyRequests)).GetProperty("violated-policies")[0].GetString().ShouldBe("api-key");
        (await other.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await owner.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
