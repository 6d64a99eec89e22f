using Todo.Tenancy.Catalog;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Provisioning;
using Todo.Tenancy.Scoping;

namespace Todo.Tests.Tenancy;

public sealed class ProvisioningBaselineTests(FleetDatabase database) : IClassFixture<FleetDatabase>
{
    private readonly TenantProvisioner _provisioner = new(database.DataSource, ProbeDbContext.Line);
    private readonly TenantBaseline _baseline = new(database.DataSource, ProbeDbContext.Line);

    [Fact]
    public async Task A_schema_without_a_history_gets_one_and_nothing_else()
    {
        var tenant = await ProvisionAsync();
        await database.ExecuteAsync(
            $"DROP TABLE {tenant.Schema}.\"__EFMigrationsHistory\"; UPDATE public.tenants SET schema_version = NULL, schema_checksum = NULL, schema_pending = 'x' WHERE id = '{tenant.Id}'");
        var notes = await database.ColumnAsync($"SELECT n::text FROM {tenant.Schema}.notes n ORDER BY 1");

        var baselined = await _baseline.BaselineAsync(tenant.Slug, ProbeDbContext.Second, force: false, CancellationToken.None);

        (baselined.Id, baselined.SchemaVersion, baselined.SchemaChecksum, baselined.SchemaPending)
            .ShouldBe((tenant.Id, ProbeDbContext.Second, ProbeDbContext.Line.Head.LineChecksum, null));
        (await database.HistoryAsync(tenant)).ShouldBe($"{ProbeDbContext.First},{ProbeDbContext.Second}");
        (await database.ColumnAsync($"SELECT n::text FROM {tenant.Schema}.notes n ORDER BY 1")).ShouldBe(notes);
        (await database.ScalarAsync<bool>($"SELECT updated_at > created_at FROM public.tenants WHERE id = '{tenant.Id}'")).ShouldBeTrue();
        (await database.ScalarAsync<long>("SELECT count(*) FROM public.tenants WHERE status = 'provisioning'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_baselined_schema_is_migrated_from_there_on()
    {
        var tenant = (await database.ProvisionOldAsync(1))[0];
        await database.ExecuteAsync($"TRUNCATE {tenant.Schema}.\"__EFMigrationsHistory\"; UPDATE public.tenants SET schema_version = NULL WHERE id = '{tenant.Id}'");

        await _baseline.BaselineAsync(tenant.Slug, ProbeDbContext.First, force: false, CancellationToken.None);
        var report = await database.MigrateOneAsync(tenant.Slug);

        (report.Applied, report.Failures.Count).ShouldBe((1, 0));
        (await database.LedgerAsync(tenant)).ShouldBe(ProbeDbContext.Second);
    }

    [Fact]
    public async Task Rows_that_are_not_of_the_line_leave_the_history()
    {
        var tenant = await ProvisionAsync();
        await database.ExecuteAsync($"INSERT INTO {tenant.Schema}.\"__EFMigrationsHistory\" VALUES ('20991231000000_Elsewhere', '1.0')");

        await _baseline.BaselineAsync(tenant.Slug, ProbeDbContext.First, force: false, CancellationToken.None);

        (await database.HistoryAsync(tenant)).ShouldBe(ProbeDbContext.First);
        (await database.LedgerAsync(tenant)).ShouldBe(ProbeDbContext.First);
    }

    [Fact]
    public async Task A_checksum_is_stamped_anew_by_a_baseline_at_the_version_that_the_tenant_has()
    {
        var tenant = await ProvisionAsync();
        await database.ExecuteAsync($"UPDATE public.tenants SET schema_checksum = 'of the old text' WHERE id = '{tenant.Id}'");
        var shape = await database.ShapeAsync(tenant.Schema);

        await _baseline.BaselineAsync(tenant.Slug, ProbeDbContext.Second, force: false, CancellationToken.None);

        (await database.ScalarAsync<string>($"SELECT schema_checksum FROM public.tenants WHERE id = '{tenant.Id}'")).ShouldBe(ProbeDbContext.Line.Head.LineChecksum);
        (await database.ShapeAsync(tenant.Schema)).ShouldBe(shape);
    }

    [Fact]
    public async Task Missing_tables_are_named_and_nothing_is_changed_unless_it_is_forced()
    {
        var tenant = (await database.ProvisionOldAsync(1))[0];
        var before = await database.EverythingAsync(tenant);

        var exception = await Should.ThrowAsync<BaselineException>(() => _baseline.BaselineAsync(tenant.Slug, ProbeDbContext.Second, force: false, CancellationToken.None));
        exception.Missing.ShouldBe(["labels"]);
        exception.Message.ShouldContain("labels");
        (await database.EverythingAsync(tenant)).ShouldBe(before);

        await _baseline.BaselineAsync(tenant.Slug, ProbeDbContext.Second, force: true, CancellationToken.None);
        (await database.HistoryAsync(tenant)).ShouldBe($"{ProbeDbContext.First},{ProbeDbContext.Second}");
    }

    [Fact]
    public async Task A_version_that_this_build_does_not_have_is_refused()
    {
        var tenant = await ProvisionAsync();
        await Should.ThrowAsync<UnknownMigrationException>(() => _baseline.BaselineAsync(tenant.Slug, "20991231000000_Newer", force: true, CancellationToken.None));
        await Should.ThrowAsync<UnknownMigrationException>(() => _baseline.AdoptAsync("any", "any-slug", "Any", "'; --", force: true, CancellationToken.None));
    }

    [Fact]
    public async Task Only_active_and_suspended_tenants_are_baselined_and_none_that_is_held()
    {
        await Should.ThrowAsync<TenantNotFoundException>(() => _baseline.BaselineAsync("nobody", ProbeDbContext.Second, force: false, CancellationToken.None));
        foreach (var status in Enum.GetValues<TenantStatus>())
        {
            var tenant = await ProvisionAsync();
            await database.ExecuteAsync($"UPDATE public.tenants SET status = '{status.ToString().ToLowerInvariant()}' WHERE id = '{tenant.Id}'");
            var before = await database.EverythingAsync(tenant);
            await using (await database.HoldAsync(tenant.Id))
            {
                await Should.ThrowAsync<TenantBusyException>(() => _baseline.BaselineAsync(tenant.Slug, ProbeDbContext.First, force: false, CancellationToken.None));
            }

            if (status is TenantStatus.Active or TenantStatus.Suspended)
            {
                (await _baseline.BaselineAsync(tenant.Slug, ProbeDbContext.First, force: false, CancellationToken.None)).Status.ShouldBe(status);
            }
            else
            {
                (await Should.ThrowAsync<TenantStateException>(() => _baseline.BaselineAsync(tenant.Slug, ProbeDbContext.First, force: false, CancellationToken.None)))
                    .Status.ShouldBe(status);
                (await database.EverythingAsync(tenant)).ShouldBe(before);
            }

            // Other tests count these statuses.
            await database.ExecuteAsync($"DROP SCHEMA {tenant.Schema} CASCADE; DELETE FROM public.tenants WHERE id = '{tenant.Id}'");
        }
    }

    [Theory]
    [InlineData("legacy")]
    [InlineData("Legacy Shop")]
    [InlineData("x\"; DROP SCHEMA public; --")]
    [InlineData("x'); DROP TABLE public.tenants; --")]
    [InlineData("\"\"")]
    [InlineData("PG_upper")]
    [InlineData("$1 {0} bäckerei 🥐")]
    [InlineData("<tenant>")]
    [InlineData("a_name_of_sixty-three_bytes_which_is_the_longest_that_there_is_")]
    [InlineData("t_0123456789abcdef0123456789abcdef")]
    public async Task A_foreign_schema_becomes_a_tenants_whatever_it_is_called(string existing)
    {
        var quoted = await MakeForeignAsync(existing);
        var bystander = await ProvisionAsync();
        var before = await database.EverythingAsync(bystander);
        var slug = $"adopted-{Guid.NewGuid():N}";

        var tenant = await _baseline.AdoptAsync(existing, slug, "Adopted", ProbeDbContext.First, force: false, CancellationToken.None);

        (tenant.Slug, tenant.Name, tenant.Status, tenant.SchemaVersion).ShouldBe((slug, "Adopted", TenantStatus.Active, ProbeDbContext.First));
        tenant.Schema.ShouldBe(TenantSchema.Of(tenant.Id).Name);
        (await database.HistoryAsync(tenant)).ShouldBe(ProbeDbContext.First);
        (await database.ScalarAsync<string>($"SELECT \"Text\" FROM {tenant.Schema}.notes")).ShouldBe("foreign");
        (await database.ScalarAsync<bool>($"SELECT to_regnamespace('{quoted.Replace("'", "''", StringComparison.Ordinal)}') IS NULL")).ShouldBeTrue();
        (await database.EverythingAsync(bystander)).ShouldBe(before);

        var report = await database.MigrateOneAsync(slug);
        (report.Applied, report.Failures.Count).ShouldBe((1, 0));
    }

    [Theory]
    [InlineData("public")]
    [InlineData("information_schema")]
    [InlineData("pg_catalog")]
    [InlineData("pg_toast")]
    [InlineData("pg_temp_3")]
    [InlineData("not there")]
    [InlineData("")]
    [InlineData("zero\0byte")]
    [InlineData("x\"; DROP SCHEMA public; -- not there")]
    [InlineData("a_name_that_is_longer_than_sixty-three_bytes_and_is_not_cut_to_it")]
    public async Task Schemas_of_the_server_and_the_catalog_and_those_that_are_not_there_are_refused(string existing)
    {
        await database.ExecuteAsync("CREATE SCHEMA IF NOT EXISTS \"a_name_that_is_longer_than_sixty-three_bytes_and_is_not_cut_to_\"");

        (await Should.ThrowAsync<SchemaAdoptionException>(() => _baseline.AdoptAsync(existing, "refused", "Refused", ProbeDbContext.First, force: true, CancellationToken.None)))
            .Schema.ShouldBe(existing);

        (await database.StatusAsync("refused")).ShouldBeNull();
    }

    [Fact]
    public async Task A_schema_of_a_tenant_is_not_adopted_by_another()
    {
        var tenant = await ProvisionAsync();
        var before = await database.EverythingAsync(tenant);

        (await Should.ThrowAsync<SchemaAdoptionException>(() => _baseline.AdoptAsync(tenant.Schema, "thief", "Thief", ProbeDbContext.Second, force: false, CancellationToken.None)))
            .Message.ShouldContain(tenant.Slug);

        (await database.EverythingAsync(tenant)).ShouldBe(before);
    }

    [Fact]
    public async Task A_refused_adoption_leaves_the_schema_as_it_was()
    {
        var owner = await ProvisionAsync();
        var quoted = await MakeForeignAsync("left alone");

        (await Should.ThrowAsync<BaselineException>(() => _baseline.AdoptAsync("left alone", "early", "Early", ProbeDbContext.Second, force: false, CancellationToken.None)))
            .Missing.ShouldBe(["labels"]);
        await Should.ThrowAsync<TenantExistsException>(() => _baseline.AdoptAsync("left alone", owner.Slug, "Taken", ProbeDbContext.First, force: false, CancellationToken.None));
        await Should.ThrowAsync<ArgumentException>(() => _baseline.AdoptAsync("left alone", "No Slug", "Bad", ProbeDbContext.First, force: false, CancellationToken.None));

        (await database.StatusAsync("early")).ShouldBeNull();
        (await database.ColumnAsync($"SELECT \"Text\" FROM {quoted}.notes")).ShouldBe(["foreign"]);
        (await _baseline.AdoptAsync("left alone", "forced", "Forced", ProbeDbContext.Second, force: true, CancellationToken.None)).SchemaVersion.ShouldBe(ProbeDbContext.Second);
    }

    [Fact]
    public async Task Of_many_who_adopt_one_schema_at_once_one_gets_it()
    {
        await MakeForeignAsync("contested");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => Task.Run(async () =>
        {
            try
            {
                await _baseline.AdoptAsync("contested", $"heir-{number}", "Heir", ProbeDbContext.First, force: false, CancellationToken.None);
                return true;
            }
            catch (SchemaAdoptionException)
            {
                return false;
            }
        })));

        outcomes.Count(won => won).ShouldBe(1);
        (await database.ScalarAsync<long>("SELECT count(*) FROM public.tenants WHERE slug LIKE 'heir-%'")).ShouldBe(1);
    }

    private Task<Tenant> ProvisionAsync() => _provisioner.ProvisionAsync($"probe-{Guid.NewGuid():N}", "Probe", seed: null, CancellationToken.None);

    // As another tool would have made it: the tables of the first version and no history.
    private async Task<string> MakeForeignAsync(string name)
    {
        var quoted = $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        await database.ExecuteAsync($"CREATE SCHEMA {quoted}; CREATE TABLE {quoted}.notes (\"Id\" int PRIMARY KEY, \"Text\" text NOT NULL); INSERT INTO {quoted}.notes VALUES (1, 'foreign')");
        return quoted;
    }
}
