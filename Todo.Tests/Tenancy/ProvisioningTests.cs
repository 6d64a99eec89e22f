using Todo.Data;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Provisioning;

namespace Todo.Tests.Tenancy;

public sealed class ProvisioningTests(FleetDatabase database) : IClassFixture<FleetDatabase>
{
    private readonly TenantProvisioner _provisioner = new(database.DataSource, MigrationLines.Tenant);

    [Fact]
    public async Task A_new_tenant_is_complete_at_head_and_active()
    {
        var tenant = await _provisioner.ProvisionAsync("complete", "Complete & Sons", seed: null, CancellationToken.None);

        tenant.Schema.ShouldBe("t_" + tenant.Id.ToString("N"));
        (await database.LedgerAsync(tenant)).ShouldBe(MigrationLines.Tenant.Head.Id);
        (await database.HistoryAsync(tenant)).ShouldBe(string.Join(',', MigrationLines.Tenant.Steps.Select(step => step.Id)));
        (await database.ScalarAsync<string>($"SELECT status FROM public.tenants WHERE id = '{tenant.Id}'")).ShouldBe("active");
        (await database.ScalarAsync<long>($"SELECT count(*) FROM {tenant.Schema}.roles")).ShouldBe(4);
    }

    [Fact]
    public async Task A_seed_that_fails_leaves_nothing()
    {
        await Should.ThrowAsync<InvalidOperationException>(() => _provisioner.ProvisionAsync(
            "half", "Half", (_, _, _) => throw new InvalidOperationException("no"), CancellationToken.None));

        (await database.ScalarAsync<long>("SELECT count(*) FROM public.tenants WHERE slug = 'half'")).ShouldBe(0);
        (await database.OrphansAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Of_many_who_ask_for_one_slug_at_once_one_gets_it()
    {
        var attempts = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                await _provisioner.ProvisionAsync("wanted", "Wanted", seed: null, CancellationToken.None);
                return true;
            }
            catch (TenantExistsException exception)
            {
                exception.Slug.ShouldBe("wanted");
                return false;
            }
        }));

        attempts.Count(won => won).ShouldBe(1);
        (await database.OrphansAsync()).ShouldBe(0);
    }

    [Theory]
    [InlineData("public")]
    [InlineData("pg_catalog")]
    [InlineData("information_schema")]
    [InlineData("\"; drop schema public cascade; --")]
    [InlineData("Bakery")]
    [InlineData("bakery ")]
    [InlineData("bakery\n")]
    [InlineData("-bakery")]
    [InlineData("a")]
    [InlineData("")]
    [InlineData("t_0123456789abcdef0123456789abcdef")]
    [InlineData("bäckerei")]
    public async Task A_slug_that_could_be_mistaken_is_refused(string slug)
    {
        TenantSlug.IsValid(slug).ShouldBeFalse();
        await Should.ThrowAsync<ArgumentException>(() => _provisioner.ProvisionAsync(slug, "Name", seed: null, CancellationToken.None));
    }

    [Theory]
    [InlineData("ab")]
    [InlineData("bakery_ad094154c48")]
    [InlineData("polski_koncern_naftowy_orlen_fc26bff5f7b540d9b8d6bc68382e97a0")]
    [InlineData("a-1")]
    public void Slugs_of_the_usual_kind_are_valid(string slug) => TenantSlug.IsValid(slug).ShouldBeTrue();
}
