using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Provisioning;

namespace Todo.Tests.Tenancy;

public sealed class ProvisioningPurgeTests(FleetDatabase database) : IClassFixture<FleetDatabase>
{
    private readonly TenantProvisioner _provisioner = new(database.DataSource, ProbeDbContext.Line);
    private readonly TenantLifecycle _lifecycle = new(database.DataSource);

    [Fact]
    public async Task Three_hundred_tables_that_refer_to_each_other_go_a_few_at_a_time_and_nobody_elses()
    {
        var bystanders = new[] { await ProvisionAsync(), await ProvisionAsync() };
        var before = await Task.WhenAll(bystanders.Select(database.EverythingAsync));
        var tenant = await DeletedAsync(await WithManyTablesAsync(300));

        var dropped = new List<int>();
        await _lifecycle.PurgeAsync(tenant.Slug, 20, dropped.Add, CancellationToken.None);

        dropped.ShouldAllBe(count => count <= 20);
        dropped.Count.ShouldBeGreaterThanOrEqualTo(16);
        dropped.Sum().ShouldBeGreaterThanOrEqualTo(300);
        await ShouldBeGoneAsync(tenant);
        (await Task.WhenAll(bystanders.Select(database.EverythingAsync))).ShouldBe(before);
        await _provisioner.ProvisionAsync(tenant.Slug, "The slug is free", seed: null, CancellationToken.None);
    }

    [Fact]
    public async Task Everything_that_a_schema_can_hold_goes()
    {
        var tenant = await ProvisionAsync();
        await OnSchemaAsync(
            tenant,
            """
            CREATE TABLE plain (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "odd ""name" text);
            CREATE TABLE "odd; "" name" (id serial PRIMARY KEY, plain bigint REFERENCES plain);
            CREATE TABLE left_one (id int PRIMARY KEY, other int);
            CREATE TABLE right_one (id int PRIMARY KEY, other int REFERENCES left_one);
            ALTER TABLE left_one ADD FOREIGN KEY (other) REFERENCES right_one;
            CREATE TABLE parts (id int, part int) PARTITION BY LIST (part);
            CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1) PARTITION BY RANGE (id);
            CREATE TABLE parts_1_low PARTITION OF parts_1 FOR VALUES FROM (0) TO (10);
            CREATE TABLE parent (id int); CREATE TABLE child () INHERITS (parent);
            CREATE VIEW seen AS SELECT * FROM plain;
            CREATE MATERIALIZED VIEW kept AS SELECT * FROM seen;
            CREATE VIEW seen_kept AS SELECT * FROM kept;
            CREATE SEQUENCE numbers;
            CREATE TYPE mood AS ENUM ('good'); CREATE DOMAIN short AS text CHECK (length(value) < 9);
            CREATE TABLE moods (mood mood, short short, number int DEFAULT nextval('numbers'));
            CREATE FUNCTION answer() RETURNS int LANGUAGE sql AS 'SELECT 42';
            CREATE FUNCTION trigger_one() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE TRIGGER one BEFORE INSERT ON plain FOR EACH ROW EXECUTE FUNCTION trigger_one();
            """);
        await DeletedAsync(tenant);

        await _lifecycle.PurgeAsync(tenant.Slug, 1, progress: null, CancellationToken.None);

        await ShouldBeGoneAsync(tenant);
    }

    [Fact]
    public async Task A_purge_that_was_cancelled_between_two_batches_is_taken_up_again()
    {
        var tenant = await DeletedAsync(await WithManyTablesAsync(40));
        using var cancellation = new CancellationTokenSource();
        var batches = 0;

        await Should.ThrowAsync<OperationCanceledException>(() => _lifecycle.PurgeAsync(
            tenant.Slug,
            8,
            _ =>
            {
                if (++batches == 2)
                {
                    cancellation.Cancel();
                }
            },
            cancellation.Token));

        (await database.StatusAsync(tenant.Slug)).ShouldBe("purging");
        (await database.ScalarAsync<long>($"SELECT count(*) FROM pg_tables WHERE schemaname = '{tenant.Schema}'")).ShouldBeInRange(1, 40);
        (await Should.ThrowAsync<TenantStateException>(() => _lifecycle.RestoreAsync(tenant.Slug, suspended: false, CancellationToken.None)))
            .Status.ShouldBe(TenantStatus.Purging);

        await _lifecycle.PurgeAsync(tenant.Slug, 8, progress: null, CancellationToken.None);
        await ShouldBeGoneAsync(tenant);
    }

    [Fact]
    public async Task A_purge_whose_connections_are_cut_again_and_again_comes_to_its_end()
    {
        var tenant = await DeletedAsync(await WithManyTablesAsync(20));
        await using var knife = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false });
        var cuts = 0;
        for (var attempts = 0; ; attempts++)
        {
            attempts.ShouldBeLessThan(100);
            try
            {
                await _lifecycle.PurgeAsync(
                    tenant.Slug,
                    3,
                    _ =>
                    {
                        cuts++;
                        using var cut = knife.CreateCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
                        cut.ExecuteNonQuery();
                    },
                    CancellationToken.None);
                break;
            }
            catch (NpgsqlException)
            {
                // Cut: there is more to do.
            }
            catch (TenantNotFoundException)
            {
                break;
            }
        }

        database.DataSource.Clear();
        cuts.ShouldBeGreaterThan(3);
        await ShouldBeGoneAsync(tenant);
    }

    [Fact]
    public async Task Two_who_purge_at_once_do_each_others_work_and_no_harm()
    {
        var tenant = await DeletedAsync(await WithManyTablesAsync(30));

        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            try
            {
                await _lifecycle.PurgeAsync(tenant.Slug, 4, progress: null, CancellationToken.None);
            }
            catch (Exception exception) when (exception is TenantBusyException or TenantNotFoundException)
            {
                // The other one had it, or was done.
            }
        })));

        if (await database.StatusAsync(tenant.Slug) is not null)
        {
            await _lifecycle.PurgeAsync(tenant.Slug, 4, progress: null, CancellationToken.None);
        }

        await ShouldBeGoneAsync(tenant);
    }

    [Fact]
    public async Task A_table_that_somebody_reads_keeps_its_tenant_half_purged_until_they_are_done()
    {
        var tenant = await DeletedAsync(await ProvisionAsync());
        await using (var reader = await database.DataSource.OpenConnectionAsync())
        {
            await using var transaction = await reader.BeginTransactionAsync();
            await using var read = new NpgsqlCommand($"SELECT * FROM {tenant.Schema}.notes", reader, transaction);
            await read.ExecuteNonQueryAsync();

            await Should.ThrowAsync<TenantBusyException>(() => _lifecycle.PurgeAsync(tenant.Slug, 10, progress: null, CancellationToken.None));
            (await database.StatusAsync(tenant.Slug)).ShouldBe("purging");
        }

        await _lifecycle.PurgeAsync(tenant.Slug, 10, progress: null, CancellationToken.None);
        await ShouldBeGoneAsync(tenant);
    }

    [Theory]
    [InlineData("CREATE VIEW {0}.report AS SELECT * FROM {1}.notes", "report")]
    [InlineData("CREATE TABLE {0}.copies (note int REFERENCES {1}.notes)", "copies")]
    [InlineData("CREATE TABLE {0}.more () INHERITS ({1}.notes)", "more")]
    public async Task What_others_built_on_a_tenants_tables_is_not_dropped_with_them(string statement, string user)
    {
        var outside = $"outside_{Guid.NewGuid():N}";
        var tenant = await ProvisionAsync();
        await database.ExecuteAsync($"CREATE SCHEMA {outside}; {string.Format(null, statement, outside, tenant.Schema)}");
        await DeletedAsync(tenant);

        var exception = await Should.ThrowAsync<SchemaInUseException>(() => _lifecycle.PurgeAsync(tenant.Slug, 10, progress: null, CancellationToken.None));

        exception.Users.ShouldBe([$"{outside}.{user}"]);
        (await database.StatusAsync(tenant.Slug)).ShouldBe("deleted");
        await database.ExecuteAsync($"DROP SCHEMA {outside} CASCADE");
        await _lifecycle.PurgeAsync(tenant.Slug, 10, progress: null, CancellationToken.None);
        await ShouldBeGoneAsync(tenant);
    }

    [Fact]
    public async Task Sign_ins_go_with_their_tenant()
    {
        var (tenant, other) = (await ProvisionAsync(), await ProvisionAsync());
        await database.ExecuteAsync($"INSERT INTO public.sign_ins VALUES ('a@example', '{tenant.Id}'), ('a@example', '{other.Id}')");
        await DeletedAsync(tenant);

        await _lifecycle.PurgeAsync(tenant.Slug, 10, progress: null, CancellationToken.None);

        (await database.ColumnAsync("SELECT tenant_id::text FROM public.sign_ins WHERE email = 'a@example'")).ShouldBe([other.Id.ToString()]);
    }

    [Fact]
    public async Task A_batch_without_tables_is_refused() =>
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => _lifecycle.PurgeAsync("any", 0, progress: null, CancellationToken.None));

    private Task<Tenant> ProvisionAsync() => _provisioner.ProvisionAsync($"probe-{Guid.NewGuid():N}", "Probe", seed: null, CancellationToken.None);

    private async Task<Tenant> DeletedAsync(Tenant tenant) => await _lifecycle.DeleteAsync(tenant.Slug, CancellationToken.None);

    // Each table refers to the one before and to the first, which refers to the last.
    private async Task<Tenant> WithManyTablesAsync(int count)
    {
        var tenant = await ProvisionAsync();
        await OnSchemaAsync(
            tenant,
            string.Concat(Enumerable.Range(0, count).Select(number =>
                $"CREATE TABLE many_{number} (id int PRIMARY KEY, hub int, previous int, words text); CREATE INDEX ON many_{number} (hub);"
                + (number == 0 ? "" : $"ALTER TABLE many_{number} ADD FOREIGN KEY (hub) REFERENCES many_0, ADD FOREIGN KEY (previous) REFERENCES many_{number - 1};")))
            + $"ALTER TABLE many_0 ADD FOREIGN KEY (previous) REFERENCES many_{count - 1}");
        return tenant;
    }

    private Task OnSchemaAsync(Tenant tenant, string sql) => database.ExecuteAsync($"SET LOCAL search_path TO {tenant.Schema}; {sql}");

    private async Task ShouldBeGoneAsync(Tenant tenant)
    {
        (await database.ScalarAsync<long>($"SELECT count(*) FROM public.tenants WHERE id = '{tenant.Id}'")).ShouldBe(0);
        (await database.ScalarAsync<long>($"SELECT count(*) FROM pg_namespace WHERE nspname = '{tenant.Schema}'")).ShouldBe(0);
    }
}
