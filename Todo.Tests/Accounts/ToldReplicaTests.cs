using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Todo.Data.Access;
using Todo.Tests.Api;
using Todo.Tests.Mail;
using Todo.Tests.Servers;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.Accounts;

/// <summary>Where a replica believes its memory for longer than any test takes: what it knows anew it was told.</summary>
public sealed class ToldHost : MailedHost
{
    private WebApplication _replica = null!;

    /// <summary>Where another replica is.</summary>
    public Uri Elsewhere { get; private set; } = null!;

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => [.. base.Arguments, "--Lookups:MemoryLifetime=00:10:00"];

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        (_replica, Elsewhere) = await StartApiAsync(ConnectionString);
    }

    /// <inheritdoc/>
    public override async Task DisposeAsync()
    {
        await _replica.DisposeAsync();
        await base.DisposeAsync();
    }
}

/// <summary>What ends, or changes, at one replica is told to the others.</summary>
public sealed class ToldReplicaTests(ToldHost api) : IClassFixture<ToldHost>
{
    [Fact]
    public Task A_new_password_ends_all_sessions_on_every_replica() => EndingSessions.ByNewPasswordAsync(api, api.Elsewhere);

    [Fact]
    public async Task Who_signs_out_is_out_at_once_on_every_replica()
    {
        using var owner = await api.CreateTenantAsync();
        var email = $"owner@{owner.Slug}.example";
        using var one = await api.SignInAsync(email, owner.Slug);
        using var same = new TenantClient(api.Elsewhere, one.Slug, one.Token, one.UserId);
        using var another = await api.SignInAsync(email, owner.Slug);
        (await one.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await same.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);

        using var logout = await one.PostAsync("/auth/logout", null);
        logout.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var here = await one.GetAsync("/todos");
        await here.ShouldBeProblemAsync(HttpStatusCode.Unauthorized);
        using var again = await one.PostAsync("/auth/logout", null);
        await again.ShouldBeProblemAsync(HttpStatusCode.Unauthorized);
        await Eventually.TrueAsync(async () => (await same.GetAsync("/todos")).StatusCode == HttpStatusCode.Unauthorized);
        (await another.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_change_of_what_somebody_may_do_reaches_open_sessions_on_every_replica()
    {
        using var owner = await api.CreateTenantAsync();
        var role = await RoleAsync(owner, Permission.TodosRead);
        using var person = await api.AddPersonAsync(owner.Slug, role);
        using var elsewhere = new TenantClient(api.Elsewhere, person.Slug, person.Token, person.UserId);
        foreach (var client in (TenantClient[])[person, elsewhere])
        {
            (await client.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
            (await client.GetAsync("/users")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        }

        // Of the role, by another role, and by the end of the account.
        await OkAsync(owner.PatchAsJsonAsync($"/roles/{role}", new { permissions = new[] { Permission.UsersRead } }));
        await BothAsync("/users", HttpStatusCode.OK);
        await BothAsync("/todos", HttpStatusCode.Forbidden);
        await OkAsync(owner.PatchAsJsonAsync($"/users/{person.UserId}", new { roleId = BuiltInRole.Guest }));
        await BothAsync("/users", HttpStatusCode.Forbidden);
        await OkAsync(owner.PostAsync($"/users/{person.UserId}/deactivate", null));
        await BothAsync("/todos", HttpStatusCode.Unauthorized);

        async Task BothAsync(string path, HttpStatusCode expected)
        {
            (await person.GetAsync(path)).StatusCode.ShouldBe(expected);
            await Eventually.TrueAsync(async () => (await elsewhere.GetAsync(path)).StatusCode == expected);
        }
    }
}
