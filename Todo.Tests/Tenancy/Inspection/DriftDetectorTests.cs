using Todo.Data;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Inspection;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Provisioning;

namespace Todo.Tests.Tenancy.Inspection;

public sealed class DriftDetectorTests : IAsyncLifetime
{
    private readonly FleetDatabase _database = new();

    public Task InitializeAsync() => _database.InitializeAsync();

    public Task DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Twenty_tenants_as_they_are_provisioned_do_not_drift()
    {
        var provisioner = new TenantProvisioner(_database.DataSource, MigrationLines.Tenant);
        for (var i = 0; i < 20; i++)
        {
            await provisioner.ProvisionAsync($"tenant-{i}", "Tenant", seed: null, CancellationToken.None);
        }

        var report = await DetectAsync(line: MigrationLines.Tenant);

        (report.Checked, report.IsClean).ShouldBe((20, true));
        var version = report.Versions.ShouldHaveSingleItem();
        (version.Version, version.Count, version.IsTie).ShouldBe((MigrationLines.Tenant.Head.Id, 20, false));
        version.Fingerprint.ShouldBe((await SchemaFingerprint.ExpectedAsync(_database.DataSource, MigrationLines.Tenant, version.Version)).Hash);
        version.MajorityDifferences.ShouldBeEmpty();
    }

    [Fact]
    public async Task Tenants_that_are_not_like_most_at_their_version_are_described()
    {
        var tenants = await _database.ProvisionOldAsync(8);
        foreach (var tenant in tenants.Take(4))
        {
            await _database.MigrateOneAsync(tenant.Slug);
        }

        await _database.ExecuteAsync($"CREATE INDEX notes_text_idx ON {tenants[1].Schema}.notes (\"Text\"); ALTER TABLE {tenants[1].Schema}.notes ALTER due_at SET DEFAULT now()");
        await _database.ExecuteAsync($"DROP TABLE {tenants[6].Schema}.notes");
        await _database.ExecuteAsync($"DROP SCHEMA {tenants[7].Schema} CASCADE");

        var report = await DetectAsync();

        (report.Checked, report.IsClean).ShouldBe((8, false));
        report.Versions.Select(version => (version.Version, version.Count, version.IsTie)).ShouldBe([(ProbeDbContext.First, 2, false), (ProbeDbContext.Second, 3, false)]);
        report.Versions.ShouldAllBe(version => version.MajorityDifferences.Count == 0);
        report.Versions[0].Odd.Select(odd => odd.Tenant).ShouldBe([tenants[6].Slug, tenants[7].Slug]);
        report.Versions[0].Odd[0].Differences.ShouldBe(["missing: table notes"]);
        report.Versions[0].Odd[1].Fingerprint.ShouldBeNull();
        report.Versions[0].Odd[1].Differences.ShouldHaveSingleItem().ShouldStartWith("missing: the schema");
        var odd = report.Versions[1].Odd.ShouldHaveSingleItem();
        (odd.Tenant, odd.Schema).ShouldBe((tenants[1].Slug, tenants[1].Schema));
        odd.Fingerprint.ShouldBe((await SchemaFingerprint.OfAsync(_database.DataSource, odd.Schema)).Hash);
        odd.Differences.ShouldBe(
        [
            "changed: column notes.due_at: timestamp with time zone null -> timestamp with time zone null default now()",
            "extra: index notes_text_idx on notes",
        ]);
    }

    [Fact]
    public async Task Of_groups_as_large_as_each_other_the_one_with_the_oldest_tenant_counts()
    {
        var tenants = await _database.ProvisionOldAsync(4);
        foreach (var tenant in tenants.Skip(2))
        {
            await _database.ExecuteAsync($"CREATE TABLE {tenant.Schema}.labels ()");
        }

        var version = (await DetectAsync()).Versions.ShouldHaveSingleItem();

        (version.Count, version.IsTie).ShouldBe((2, true));
        version.Odd.Select(odd => odd.Tenant).ShouldBe([tenants[2].Slug, tenants[3].Slug]);
        version.Odd.ShouldAllBe(odd => odd.Differences.Single() == "extra: table labels");
    }

    [Fact]
    public async Task A_fleet_that_drifted_as_a_whole_is_told_from_the_migrations()
    {
        var tenants = await _database.ProvisionOldAsync(3);
        foreach (var tenant in tenants)
        {
            await _database.ExecuteAsync($"ALTER TABLE {tenant.Schema}.notes ADD hand_made text");
        }

        var report = await DetectAsync();

        report.IsClean.ShouldBeFalse();
        var version = report.Versions.ShouldHaveSingleItem();
        version.Odd.ShouldBeEmpty();
        version.MajorityDifferences.ShouldBe(["extra: column notes.hand_made"]);
    }

    [Fact]
    public async Task Tenants_at_a_version_that_this_build_does_not_know_are_compared_with_each_other()
    {
        var tenants = await _database.ProvisionOldAsync(3);
        await _database.MigrateAsync();
        await _database.ExecuteAsync($"DROP TABLE {tenants[0].Schema}.labels");

        var version = (await DetectAsync(line: ProbeDbContext.OldLine)).Versions.ShouldHaveSingleItem();

        version.MajorityDifferences.ShouldBeEmpty();
        version.Odd.ShouldHaveSingleItem().Differences.ShouldBe(["missing: table labels"]);
    }

    [Fact]
    public async Task One_tenant_by_name_is_compared_with_the_migrations()
    {
        var tenants = await _database.ProvisionOldAsync(3);
        await _database.ExecuteAsync($"ALTER TABLE {tenants[1].Schema}.notes ALTER \"Text\" TYPE varchar(40), ALTER \"Text\" DROP NOT NULL");
        var progress = new List<(int Done, int Of)>();

        var report = await DetectAsync(new TenantSelection { Slugs = [tenants[1].Slug] }, (done, of) => progress.Add((done, of)));

        report.Checked.ShouldBe(1);
        report.Versions.ShouldHaveSingleItem().MajorityDifferences.ShouldBe(["changed: column notes.\"Text\": text not null -> character varying(40) null"]);
        progress.ShouldBe([(1, 1)]);
        await Should.ThrowAsync<UninspectedTenantException>(() => DetectAsync(new TenantSelection { Slugs = ["nobody"] }));
    }

    [Fact]
    public async Task A_fleet_that_is_being_migrated_meanwhile_does_not_drift()
    {
        await _database.ProvisionOldAsync(60);
        var migrating = Task.Run(() => _database.MigrateAsync());

        do
        {
            var report = await DetectAsync();
            report.Checked.ShouldBe(60);
            report.Versions.SelectMany(version => version.Odd).ShouldBeEmpty();
        }
        while (!migrating.IsCompleted);

        (await migrating).Applied.ShouldBe(60);
    }

    private Task<DriftReport> DetectAsync(TenantSelection? selection = null, Action<int, int>? progress = null, MigrationLine? line = null) =>
        new DriftDetector(_database.DataSource, line ?? ProbeDbContext.Line).DetectAsync(selection ?? TenantSelection.All, progress, CancellationToken.None);
}
