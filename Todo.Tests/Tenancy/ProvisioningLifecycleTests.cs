using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Provisioning;

namespace Todo.Tests.Tenancy;

public sealed class ProvisioningLifecycleTests(FleetDatabase database) : IClassFixture<FleetDatabase>
{
    private readonly TenantProvisioner _provisioner = new(database.DataSource, ProbeDbContext.Line);
    private readonly TenantLifecycle _lifecycle = new(database.DataSource);

    /// <summary>Every change, with the statuses that it starts from and the one it leads to.</summary>
    public static readonly TheoryData<string, TenantStatus[], string?> Changes = new()
    {
        { "rename", [TenantStatus.Active, TenantStatus.Suspended], null },
        { "suspend", [TenantStatus.Active], "suspended" },
        { "resume", [TenantStatus.Suspended], "active" },
        { "delete", [TenantStatus.Active, TenantStatus.Suspended], "deleted" },
        { "restore", [TenantStatus.Deleted], "active" },
        { "restore suspended", [TenantStatus.Deleted], "suspended" },
        { "purge", [TenantStatus.Deleted, TenantStatus.Failed, TenantStatus.Purging], "gone" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_change_happens_from_the_statuses_that_allow_it_and_from_no_other(string change, TenantStatus[] allowed, string? expected)
    {
        foreach (var status in Enum.GetValues<TenantStatus>())
        {
            var tenant = await ProvisionAsync();
            var text = status.ToString().ToLowerInvariant();
            await database.ExecuteAsync($"UPDATE public.tenants SET status = '{text}', updated_at = '2020-01-01Z' WHERE id = '{tenant.Id}'");
            var before = await database.EverythingAsync(tenant);

            if (allowed.Contains(status))
            {
                await ChangeAsync(change, tenant.Slug);
                (await database.StatusAsync(tenant.Slug) ?? "gone").ShouldBe(expected ?? text);
                (await database.ScalarAsync<long>($"SELECT count(*) FROM public.tenants WHERE id = '{tenant.Id}' AND updated_at < now() - interval '1 hour'")).ShouldBe(0);
            }
            else
            {
                var exception = await Should.ThrowAsync<TenantStateException>(() => ChangeAsync(change, tenant.Slug));
                (exception.Slug, exception.Status).ShouldBe((tenant.Slug, status));
                exception.Wanted.ShouldBe(allowed, ignoreOrder: true);
                exception.Message.ShouldStartWith($"Tenant '{tenant.Slug}' is {text}: only one that is ");
                (await database.EverythingAsync(tenant)).ShouldBe(before);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_tenant_that_is_not_there_is_not_found(string change, TenantStatus[] allowed, string? expected)
    {
        _ = (allowed, expected);
        (await Should.ThrowAsync<TenantNotFoundException>(() => ChangeAsync(change, "nobody"))).Slug.ShouldBe("nobody");
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_tenant_that_another_session_holds_is_busy_and_stays_as_it_is(string change, TenantStatus[] allowed, string? expected)
    {
        _ = expected;
        var tenant = await ProvisionAsync();
        await database.ExecuteAsync($"UPDATE public.tenants SET status = '{allowed[0].ToString().ToLowerInvariant()}' WHERE id = '{tenant.Id}'");
        var before = await database.EverythingAsync(tenant);
        await using (await database.HoldAsync(tenant.Id))
        {
            (await Should.ThrowAsync<TenantBusyException>(() => ChangeAsync(change, tenant.Slug))).Slug.ShouldBe(tenant.Slug);
        }

        (await database.EverythingAsync(tenant)).ShouldBe(before);
        await ChangeAsync(change, tenant.Slug);
    }

    [Theory]
    [InlineData(TenantStatus.Active, "purge", "Delete it first.")]
    [InlineData(TenantStatus.Deleted, "suspend", "Restore it first.")]
    [InlineData(TenantStatus.Purging, "restore", "There is no way back")]
    [InlineData(TenantStatus.Failed, "resume", "Purge it")]
    [InlineData(TenantStatus.Provisioning, "delete", "Wait until it is made.")]
    [InlineData(TenantStatus.Pooled, "purge", "pool")]
    [InlineData(TenantStatus.Suspended, "suspend", "only one that is active can be suspended.")]
    public async Task A_refusal_says_what_to_do(TenantStatus status, string change, string advice)
    {
        var tenant = await ProvisionAsync();
        await database.ExecuteAsync($"UPDATE public.tenants SET status = '{status.ToString().ToLowerInvariant()}' WHERE id = '{tenant.Id}'");

        (await Should.ThrowAsync<TenantStateException>(() => ChangeAsync(change, tenant.Slug))).Message.ShouldContain(advice);
    }

    [Fact]
    public async Task Renaming_changes_slug_and_name_and_leaves_the_schema_where_it_is()
    {
        var tenant = await ProvisionAsync();
        var content = await database.ContentAsync(tenant.Schema);

        var renamed = await _lifecycle.RenameAsync(tenant.Slug, "renamed-once", newName: null, CancellationToken.None);
        (renamed.Id, renamed.Slug, renamed.Name, renamed.Schema).ShouldBe((tenant.Id, "renamed-once", "Probe", tenant.Schema));
        renamed = await _lifecycle.RenameAsync("renamed-once", newSlug: null, "Another; name' --", CancellationToken.None);
        (renamed.Slug, renamed.Name).ShouldBe(("renamed-once", "Another; name' --"));
        renamed = await _lifecycle.RenameAsync("renamed-once", "renamed-twice", "Both", CancellationToken.None);
        (renamed.Slug, renamed.Name).ShouldBe(("renamed-twice", "Both"));

        (await database.ContentAsync(tenant.Schema)).ShouldBe(content);
        await Should.ThrowAsync<TenantNotFoundException>(() => _lifecycle.RenameAsync("renamed-once", "x1", null, CancellationToken.None));
        await _provisioner.ProvisionAsync("renamed-once", "The old slug is free", seed: null, CancellationToken.None);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("Upper", null)]
    [InlineData("t_0123456789abcdef0123456789abcdef", null)]
    [InlineData("\"; drop schema public cascade; --", null)]
    [InlineData(null, "")]
    [InlineData("fine-slug", "")]
    public async Task A_new_slug_or_name_that_breaks_the_rule_is_refused(string? slug, string? name)
    {
        var tenant = await ProvisionAsync();
        var before = await database.EverythingAsync(tenant);

        await Should.ThrowAsync<ArgumentException>(() => _lifecycle.RenameAsync(tenant.Slug, slug, name, CancellationToken.None));
        await Should.ThrowAsync<ArgumentException>(() => _lifecycle.RenameAsync(tenant.Slug, null, new string('x', 201), CancellationToken.None));

        (await database.EverythingAsync(tenant)).ShouldBe(before);
    }

    [Fact]
    public async Task Slugs_that_are_taken_stay_taken_until_their_tenant_is_purged()
    {
        var (owner, other) = (await ProvisionAsync(), await ProvisionAsync());
        await _lifecycle.DeleteAsync(owner.Slug, CancellationToken.None);

        (await Should.ThrowAsync<TenantExistsException>(() => _lifecycle.RenameAsync(other.Slug, owner.Slug, "New", CancellationToken.None))).Slug.ShouldBe(owner.Slug);
        await Should.ThrowAsync<TenantExistsException>(() => _provisioner.ProvisionAsync(owner.Slug, "New", seed: null, CancellationToken.None));
        (await database.ScalarAsync<string>($"SELECT name FROM public.tenants WHERE id = '{other.Id}'")).ShouldBe("Probe");

        await _lifecycle.PurgeAsync(owner.Slug, 10, progress: null, CancellationToken.None);
        (await _lifecycle.RenameAsync(other.Slug, owner.Slug, newName: null, CancellationToken.None)).Id.ShouldBe(other.Id);
    }

    [Fact]
    public async Task A_deleted_tenant_comes_back_as_it_was()
    {
        var tenant = await ProvisionAsync();
        await database.ExecuteAsync($"UPDATE public.tenants SET host = 'kept.example' WHERE id = '{tenant.Id}'");
        var content = await database.ContentAsync(tenant.Schema);

        (await _lifecycle.DeleteAsync(tenant.Slug, CancellationToken.None)).Status.ShouldBe(TenantStatus.Deleted);
        var other = await ProvisionAsync();
        await Should.ThrowAsync<PostgresException>(() => database.ExecuteAsync($"UPDATE public.tenants SET host = 'kept.example' WHERE id = '{other.Id}'"));
        var restored = await _lifecycle.RestoreAsync(tenant.Slug, suspended: false, CancellationToken.None);

        (restored.Id, restored.Slug, restored.Host, restored.Status).ShouldBe((tenant.Id, tenant.Slug, "kept.example", TenantStatus.Active));
        (await database.ContentAsync(tenant.Schema)).ShouldBe(content);
    }

    [Fact]
    public async Task Of_many_who_suspend_at_once_one_does()
    {
        var tenant = await ProvisionAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            try
            {
                await _lifecycle.SuspendAsync(tenant.Slug, CancellationToken.None);
                return "done";
            }
            catch (Exception exception) when (exception is TenantBusyException or TenantStateException { Status: TenantStatus.Suspended })
            {
                return "refused";
            }
        })));

        outcomes.Count(outcome => outcome == "done").ShouldBe(1);
        (await database.StatusAsync(tenant.Slug)).ShouldBe("suspended");
    }

    private Task<Tenant> ProvisionAsync() => _provisioner.ProvisionAsync($"probe-{Guid.NewGuid():N}", "Probe", seed: null, CancellationToken.None);

    private Task ChangeAsync(string change, string slug) => change switch
    {
        "rename" => _lifecycle.RenameAsync(slug, newSlug: null, "Renamed", CancellationToken.None),
        "suspend" => _lifecycle.SuspendAsync(slug, CancellationToken.None),
        "resume" => _lifecycle.ResumeAsync(slug, CancellationToken.None),
        "delete" => _lifecycle.DeleteAsync(slug, CancellationToken.None),
        "restore" => _lifecycle.RestoreAsync(slug, suspended: false, CancellationToken.None),
        "restore suspended" => _lifecycle.RestoreAsync(slug, suspended: true, CancellationToken.None),
        "purge" => _lifecycle.PurgeAsync(slug, 10, progress: null, CancellationToken.None),
        _ => throw new ArgumentOutOfRangeException(nameof(change), change, null),
    };
}
