using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Inspection;
using Todo.Tenancy.Provisioning;

namespace Todo.Tests.Tenancy.Inspection;

public sealed class FleetVerifierTests : IAsyncLifetime
{
    private const string Future = "20270101000000_Future";

    private readonly FleetDatabase _database = new();

    private FleetVerifier Verifier => new(_database.DataSource, ProbeDbContext.Line);

    public Task InitializeAsync() => _database.InitializeAsync();

    public Task DisposeAsync() => _database.DisposeAsync();

    /// <summary>What was done to a tenant at head, what is found, and a part of the advice.</summary>
    public static TheoryData<string, VerifyFindingKind, string> Damages => new()
    {
        { "DROP SCHEMA {schema} CASCADE", VerifyFindingKind.SchemaMissing, "Restore the tenant" },
        { "DROP TABLE {schema}.\"__EFMigrationsHistory\"", VerifyFindingKind.HistoryMissing, "Restore the table" },
        { "ALTER TABLE {schema}.\"__EFMigrationsHistory\" RENAME COLUMN \"MigrationId\" TO id", VerifyFindingKind.HistoryMissing, "nothing says" },
        { $"UPDATE public.tenants SET schema_version = '{ProbeDbContext.First}', schema_checksum = '{Checksum(0)}' WHERE id = '{{id}}'", VerifyFindingKind.LedgerDiffers, "repair the tenant's ledger" },
        { "UPDATE public.tenants SET schema_version = NULL, schema_checksum = NULL WHERE id = '{id}'", VerifyFindingKind.LedgerDiffers, "The ledger says nothing" },
        { $"DELETE FROM {{schema}}.\"__EFMigrationsHistory\" WHERE \"MigrationId\" = '{ProbeDbContext.First}'", VerifyFindingKind.HistoryGap, $"lacks {ProbeDbContext.First}" },
        {
            $"INSERT INTO {{schema}}.\"__EFMigrationsHistory\" VALUES ('{Future}', '1'); UPDATE public.tenants SET schema_version = '{Future}' WHERE id = '{{id}}'",
            VerifyFindingKind.UnknownMigration,
            "Use a build that has it"
        },
        { "UPDATE public.tenants SET schema_checksum = 'of another text' WHERE id = '{id}'", VerifyFindingKind.ChecksumDiffers, "put it back as it was" },
        { "UPDATE public.tenants SET schema_checksum = NULL WHERE id = '{id}'", VerifyFindingKind.ChecksumDiffers, "Repair the tenant's ledger" },
        { $"UPDATE public.tenants SET schema_pending = '{ProbeDbContext.Second}' WHERE id = '{{id}}'", VerifyFindingKind.Pending, "migrate the tenant again" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Each_damage_is_found_once_and_says_what_to_do(string damage, VerifyFindingKind kind, string advice)
    {
        var tenants = await ProvisionAsync(3);
        await DamageAsync(tenants[1], damage);

        var report = await Verifier.VerifyAsync(TenantSelection.All, progress: null, CancellationToken.None);

        report.Checked.ShouldBe(3);
        report.IsClean.ShouldBeFalse();
        var finding = report.Findings.ShouldHaveSingleItem();
        (finding.Tenant, finding.Schema, finding.Kind).ShouldBe((tenants[1].Slug, tenants[1].Schema, kind));
        finding.Message.ShouldContain(advice);
    }

    [Fact]
    public async Task Several_faults_of_one_tenant_are_all_found()
    {
        var tenant = (await ProvisionAsync(1))[0];
        await DamageAsync(tenant, $"UPDATE {{schema}}.\"__EFMigrationsHistory\" SET \"MigrationId\" = '{Future}' WHERE \"MigrationId\" = '{ProbeDbContext.First}'");

        var report = await Verifier.VerifyAsync(TenantSelection.All, progress: null, CancellationToken.None);

        report.Findings.Select(finding => finding.Kind).ShouldBe([VerifyFindingKind.LedgerDiffers, VerifyFindingKind.UnknownMigration, VerifyFindingKind.HistoryGap]);
    }

    [Fact]
    public async Task A_schema_without_a_tenant_is_found_and_other_schemas_are_not()
    {
        await ProvisionAsync(1);
        var orphan = "t_" + Guid.NewGuid().ToString("N");
        await _database.ExecuteAsync($"CREATE SCHEMA {orphan}; CREATE SCHEMA t_0123456789abcdef; CREATE SCHEMA {orphan}_old; CREATE SCHEMA reports");

        var report = await Verifier.VerifyAsync(TenantSelection.All, progress: null, CancellationToken.None);

        var finding = report.Findings.ShouldHaveSingleItem();
        (finding.Tenant, finding.Schema, finding.Kind).ShouldBe((null, orphan, VerifyFindingKind.OrphanSchema));
    }

    [Theory]
    [InlineData("active", true)]
    [InlineData("suspended", true)]
    [InlineData("deleted", true)]
    [InlineData("pooled", true)]
    [InlineData("provisioning", false)]
    [InlineData("failed", false)]
    [InlineData("purging", false)]
    public async Task Tenants_that_have_a_finished_schema_are_looked_at(string status, bool looked)
    {
        var tenant = (await ProvisionAsync(1))[0];
        await DamageAsync(tenant, $"UPDATE public.tenants SET status = '{status}' WHERE id = '{{id}}'; DROP SCHEMA {{schema}} CASCADE");

        var report = await Verifier.VerifyAsync(TenantSelection.All, progress: null, CancellationToken.None);

        (report.Checked, report.Findings.Count).ShouldBe(looked ? (1, 1) : (0, 0));
    }

    [Fact]
    public async Task Only_the_named_tenants_are_looked_at_and_a_name_that_is_wrong_is_an_error()
    {
        var tenants = await ProvisionAsync(3);
        await DamageAsync(tenants[0], "DROP SCHEMA {schema} CASCADE");
        await _database.ExecuteAsync($"CREATE SCHEMA t_{Guid.NewGuid():N}");

        var report = await Verifier.VerifyAsync(new TenantSelection { Slugs = [tenants[2].Slug, tenants[1].Slug] }, progress: null, CancellationToken.None);
        var exception = await Should.ThrowAsync<UninspectedTenantException>(
            () => Verifier.VerifyAsync(new TenantSelection { Slugs = [tenants[1].Slug, "bakrey"] }, progress: null, CancellationToken.None));

        (report.Checked, report.IsClean).ShouldBe((2, true));
        exception.Message.ShouldContain("is called bakrey:");
    }

    [Fact]
    public async Task Any_part_of_the_fleet_can_be_looked_at_and_deleted_tenants_too()
    {
        var tenants = await ProvisionAsync(4);
        await _database.ExecuteAsync($"UPDATE public.tenants SET status = 'deleted' WHERE id = '{tenants[3].Id}'");
        await DamageAsync(tenants[1], $"UPDATE public.tenants SET schema_version = '{ProbeDbContext.First}', schema_checksum = '{Checksum(0)}' WHERE id = '{{id}}'");
        await DamageAsync(tenants[3], "DROP SCHEMA {schema} CASCADE");
        var (bySlug, reverse) = (tenants.OrderBy(tenant => tenant.Slug, StringComparer.Ordinal).ToArray(), tenants.Select(tenant => tenant.Slug).Reverse().ToArray());

        (await FoundAsync(TenantSelection.All)).ShouldBe((4, $"{tenants[1].Slug} {tenants[3].Slug}"));
        (await FoundAsync(new TenantSelection { Statuses = [TenantStatus.Deleted] })).ShouldBe((1, tenants[3].Slug));
        (await FoundAsync(new TenantSelection { Version = ProbeDbContext.First })).ShouldBe((1, tenants[1].Slug));
        (await FoundAsync(new TenantSelection { First = 2 })).ShouldBe((2, tenants[1].Slug));
        (await FoundAsync(new TenantSelection { Percent = 26 })).ShouldBe((2, tenants[1].Slug));
        (await FoundAsync(new TenantSelection { Slugs = reverse, First = 1, Order = TenantOrder.Given })).ShouldBe((1, tenants[3].Slug));
        (await FoundAsync(new TenantSelection { First = 1, Order = TenantOrder.Name })).ShouldBe((1, bySlug[0] == tenants[1] || bySlug[0] == tenants[3] ? bySlug[0].Slug : ""));
        await Should.ThrowAsync<ArgumentException>(() => FoundAsync(new TenantSelection { Statuses = [TenantStatus.Purging] }));
        await Should.ThrowAsync<UninspectedTenantException>(() => FoundAsync(new TenantSelection { Slugs = [tenants[0].Slug], Statuses = [TenantStatus.Deleted] }));

        async Task<(int Checked, string Tenants)> FoundAsync(TenantSelection selection)
        {
            var report = await Verifier.VerifyAsync(selection, progress: null, CancellationToken.None);
            return (report.Checked, string.Join(' ', report.Findings.Select(finding => finding.Tenant)));
        }
    }

    [Fact]
    public async Task Twelve_hundred_tenants_are_read_in_chunks_and_none_at_a_border_is_lost()
    {
        await CheapTenantsAsync(1200);
        int[] broken = [0, 499, 500, 999, 1000, 1199];
        await _database.ExecuteAsync(
            $"UPDATE public.tenants SET schema_version = NULL, schema_checksum = NULL WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM public.tenants) t WHERE n IN ({string.Join(',', broken)}))");
        var slugs = await _database.ColumnAsync("SELECT slug FROM public.tenants ORDER BY id");
        var progress = new List<(int Done, int Of)>();

        var report = await Verifier.VerifyAsync(TenantSelection.All, (done, of) => progress.Add((done, of)), CancellationToken.None);

        report.Checked.ShouldBe(1200);
        report.Findings.ShouldAllBe(finding => finding.Kind == VerifyFindingKind.LedgerDiffers);
        report.Findings.Select(finding => finding.Tenant).ShouldBe(broken.Select(position => slugs[position]));
        progress.ShouldBe([(500, 1200), (1000, 1200), (1200, 1200)]);
    }

    [Fact]
    public async Task A_fleet_that_is_being_migrated_meanwhile_is_no_finding()
    {
        await _database.ProvisionOldAsync(60);
        var migrating = Task.Run(() => _database.MigrateAsync());

        var passes = 0;
        do
        {
            (await Verifier.VerifyAsync(TenantSelection.All, progress: null, CancellationToken.None)).Findings.ShouldBeEmpty();
            passes++;
        }
        while (!migrating.IsCompleted);

        (await migrating).Applied.ShouldBe(60);
        passes.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_repaired_ledger_says_what_the_history_says()
    {
        var tenants = await ProvisionAsync(2);
        await DamageAsync(tenants[0], $"UPDATE public.tenants SET schema_version = '{ProbeDbContext.First}', schema_checksum = '{Checksum(0)}', updated_at = '2020-01-01Z' WHERE id = '{{id}}'");

        var repair = await Verifier.RepairLedgerAsync(tenants[0].Slug, CancellationToken.None);

        repair.ShouldBe(new LedgerRepair(tenants[0].Slug, ProbeDbContext.First, ProbeDbContext.Second, IsChanged: true));
        (await _database.LedgerAsync(tenants[0])).ShouldBe(ProbeDbContext.Second);
        (await _database.ScalarAsync<bool>($"SELECT updated_at > now() - interval '1 minute' FROM public.tenants WHERE id = '{tenants[0].Id}'")).ShouldBeTrue();
        (await Verifier.VerifyAsync(TenantSelection.All, progress: null, CancellationToken.None)).Findings.ShouldBeEmpty();
        (await Verifier.RepairLedgerAsync(tenants[0].Slug, CancellationToken.None)).IsChanged.ShouldBeFalse();
    }

    [Fact]
    public async Task Every_wrong_ledger_that_was_found_is_set_and_what_can_not_be_is_left_with_the_reason()
    {
        var tenants = await ProvisionAsync(5);
        await DamageAsync(tenants[0], $"UPDATE public.tenants SET schema_version = '{ProbeDbContext.First}', schema_checksum = '{Checksum(0)}' WHERE id = '{{id}}'");
        await DamageAsync(tenants[1], "UPDATE public.tenants SET schema_checksum = NULL WHERE id = '{id}'");
        await DamageAsync(tenants[2], $"INSERT INTO {{schema}}.\"__EFMigrationsHistory\" VALUES ('{Future}', '1')");
        await DamageAsync(tenants[3], "UPDATE public.tenants SET schema_checksum = 'of another text' WHERE id = '{id}'");
        var found = await Verifier.VerifyAsync(TenantSelection.All, progress: null, CancellationToken.None);
        var progress = new List<(int Done, int Of)>();

        var report = await Verifier.RepairLedgersAsync(found, (done, of) => progress.Add((done, of)), CancellationToken.None);

        found.WrongLedgers.ShouldBe([tenants[0].Slug, tenants[1].Slug, tenants[2].Slug]);
        report.Repairs.Select(repair => repair.Tenant).ShouldBe([tenants[0].Slug, tenants[1].Slug]);
        var refusal = report.Refusals.ShouldHaveSingleItem();
        (refusal.Tenant, refusal.Message.Contains(Future)).ShouldBe((tenants[2].Slug, true));
        report.Remaining.Select(finding => (finding.Tenant, finding.Kind)).ShouldBe([(tenants[2].Slug, VerifyFindingKind.UnknownMigration), (tenants[3].Slug, VerifyFindingKind.ChecksumDiffers)]);
        report.IsClean.ShouldBeFalse();
        progress.ShouldBe([(1, 3), (2, 3), (3, 3)]);
        (await Verifier.VerifyAsync(TenantSelection.All, progress: null, CancellationToken.None)).WrongLedgers.ShouldBe([tenants[2].Slug]);
    }

    [Fact]
    public async Task A_ledger_without_a_history_to_back_it_becomes_empty()
    {
        var tenant = (await ProvisionAsync(1))[0];
        await DamageAsync(tenant, "DELETE FROM {schema}.\"__EFMigrationsHistory\"");

        (await Verifier.RepairLedgerAsync(tenant.Slug, CancellationToken.None)).To.ShouldBeNull();

        (await _database.LedgerAsync(tenant)).ShouldBeNull();
        (await Verifier.VerifyAsync(TenantSelection.All, progress: null, CancellationToken.None)).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_checksum_that_was_lost_is_repaired_and_one_that_differs_is_kept()
    {
        var tenants = await ProvisionAsync(2);
        await DamageAsync(tenants[0], "UPDATE public.tenants SET schema_checksum = NULL WHERE id = '{id}'");
        await DamageAsync(tenants[1], "UPDATE public.tenants SET schema_checksum = 'of another text' WHERE id = '{id}'");

        (await Verifier.RepairLedgerAsync(tenants[0].Slug, CancellationToken.None)).IsChanged.ShouldBeTrue();
        (await Verifier.RepairLedgerAsync(tenants[1].Slug, CancellationToken.None)).IsChanged.ShouldBeFalse();

        (await Verifier.VerifyAsync(TenantSelection.All, progress: null, CancellationToken.None)).Findings.ShouldHaveSingleItem().Tenant.ShouldBe(tenants[1].Slug);
    }

    [Theory]
    [InlineData("DELETE FROM {schema}.\"__EFMigrationsHistory\" WHERE \"MigrationId\" = '" + ProbeDbContext.First + "'")]
    [InlineData("INSERT INTO {schema}.\"__EFMigrationsHistory\" VALUES ('" + Future + "', '1')")]
    [InlineData("DROP TABLE {schema}.\"__EFMigrationsHistory\"")]
    [InlineData("DROP SCHEMA {schema} CASCADE")]
    public async Task A_history_that_can_not_be_believed_is_not_copied_to_the_ledger(string damage)
    {
        var tenant = (await ProvisionAsync(1))[0];
        await DamageAsync(tenant, damage);
        await DamageAsync(tenant, $"UPDATE public.tenants SET schema_version = '{ProbeDbContext.First}' WHERE id = '{{id}}'");

        var exception = await Should.ThrowAsync<LedgerRepairException>(() => Verifier.RepairLedgerAsync(tenant.Slug, CancellationToken.None));

        exception.Message.ShouldStartWith($"The ledger of {tenant.Slug} was left as it is.");
        (await _database.LedgerAsync(tenant)).ShouldBe(ProbeDbContext.First);
    }

    [Fact]
    public async Task A_ledger_is_not_repaired_while_another_session_has_the_tenant()
    {
        var tenant = (await ProvisionAsync(1))[0];
        await DamageAsync(tenant, "UPDATE public.tenants SET schema_version = NULL WHERE id = '{id}'");
        await using var other = await _database.DataSource.OpenConnectionAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand($"SELECT pg_advisory_xact_lock(hashtextextended('{tenant.Id}', 0))", other, transaction))
        {
            await command.ExecuteNonQueryAsync();
        }

        var exception = await Should.ThrowAsync<LedgerRepairException>(() => Verifier.RepairLedgerAsync(tenant.Slug, CancellationToken.None));
        await transaction.RollbackAsync();

        exception.Message.ShouldContain("Another session");
        (await _database.LedgerAsync(tenant)).ShouldBeNull();
        (await Verifier.RepairLedgerAsync(tenant.Slug, CancellationToken.None)).IsChanged.ShouldBeTrue();
    }

    private static string Checksum(int step) => ProbeDbContext.Line.Steps[step].LineChecksum;

    private async Task<IReadOnlyList<Tenant>> ProvisionAsync(int count)
    {
        var provisioner = new TenantProvisioner(_database.DataSource, ProbeDbContext.Line);
        var tenants = new List<Tenant>();
        for (var i = 0; i < count; i++)
        {
            tenants.Add(await provisioner.ProvisionAsync($"probe-{i}", "Probe", seed: null, CancellationToken.None));
        }

        return tenants;
    }

    private Task DamageAsync(Tenant tenant, string damage) => _database.ExecuteAsync(
        damage.Replace("{schema}", tenant.Schema, StringComparison.Ordinal).Replace("{id}", tenant.Id.ToString(), StringComparison.Ordinal));

    // Schemas with nothing but a history: a table and its index.
    private Task CheapTenantsAsync(int count) => _database.ExecuteAsync(
        $$"""
        INSERT INTO public.tenants (id, slug, name, schema, status, schema_version, schema_checksum, created_at, updated_at)
        SELECT id, 'cheap-' || n, 'Cheap', 't_' || replace(id::text, '-', ''), 'active', '{{ProbeDbContext.Second}}', '{{Checksum(1)}}', now(), now()
        FROM (SELECT n, gen_random_uuid() AS id FROM generate_series(1, {{count}}) n) t;
        DO $do$
        DECLARE
            tenant record;
        BEGIN
            FOR tenant IN SELECT schema FROM public.tenants LOOP
                EXECUTE format('CREATE SCHEMA %I', tenant.schema);
                EXECUTE format('CREATE TABLE %I."__EFMigrationsHistory" ("MigrationId" varchar(150) PRIMARY KEY, "ProductVersion" varchar(32) NOT NULL)', tenant.schema);
                EXECUTE format('INSERT INTO %I."__EFMigrationsHistory" VALUES (%L, %L), (%L, %L)', tenant.schema, '{{ProbeDbContext.First}}', '1', '{{ProbeDbContext.Second}}', '1');
            END LOOP;
        END
        $do$;
        """);
}
