using System.Net;
using System.Net.Http.Json;

namespace Todo.Tests.Api;

/// <summary>An API that is not given the owner's connection string.</summary>
public sealed class WithoutOwnerTests(WithoutOwnerTests.Host api) : IClassFixture<WithoutOwnerTests.Host>
{
    /// <summary>Replicas that are started later have no owner.</summary>
    public sealed class Host : ApiHost
    {
        /// <summary>Whether the next one has.</summary>
        public bool HasOwner { get; set; } = true;

        /// <inheritdoc/>
        protected override IEnumerable<string> Arguments => HasOwner ? [] : ["--ConnectionStrings:tododb-owner="];
    }

    [Fact]
    public async Task It_serves_tenants_and_tells_operators_where_schemas_are_changed()
    {
        using var owner = await api.CreateTenantAsync();
        api.HasOwner = false;
        var (replica, address) = await api.StartApiAsync(api.ConnectionString);
        await using (replica)
        {
            using var person = new HttpClient { BaseAddress = address };
            person.DefaultRequestHeaders.Add("Authorization", "Bearer " + owner.Token);
            (await person.PostAsJsonAsync("/todos", new { title = "Rows only" })).StatusCode.ShouldBe(HttpStatusCode.Created);
            (await person.GetAsync("/users")).StatusCode.ShouldBe(HttpStatusCode.OK);

            using var operators = new HttpClient { BaseAddress = address };
            operators.DefaultRequestHeaders.Add("X-Operator-Key", api.OperatorKey);
            (await operators.GetAsync("/cc/tenants")).StatusCode.ShouldBe(HttpStatusCode.OK);
            using var made = await operators.PostAsJsonAsync("/cc/tenants", new { slug = "not-here", name = "Not here" });
            await made.ShouldBeProblemSayingAsync(HttpStatusCode.NotImplemented, "tododb-owner");
            using var suspended = await operators.PostAsync($"/cc/tenants/{owner.Slug}/suspend", null);
            await suspended.ShouldBeProblemSayingAsync(HttpStatusCode.NotImplemented, "tododb-owner");
            (await person.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }
}
