using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;
using Todo.Tenancy.Scoping;

namespace Todo.Tests.Tenancy;

public sealed class SchemaTranslationTests(FleetDatabase database) : IClassFixture<FleetDatabase>
{
    [Fact]
    public async Task One_model_serves_every_tenant_with_its_own_rows()
    {
        var tenants = await database.ProvisionOldAsync(3);
        var factory = PooledFactory();
        var models = new HashSet<object>();
        foreach (var tenant in tenants)
        {
            await using var context = await factory.CreateDbContextAsync();
            context.Enter(TenantSchema.Of(tenant.Id));
            context.Notes.Add(new Note { Id = 7, Text = tenant.Slug });
            await context.SaveChangesAsync();
            models.Add(context.Model);
        }

        foreach (var tenant in tenants)
        {
            await using var context = await factory.CreateDbContextAsync();
            context.Enter(TenantSchema.Of(tenant.Id));
            (await context.Notes.SingleAsync(note => note.Id == 7)).Text.ShouldBe(tenant.Slug);
            (await context.Notes.Where(note => note.Id == 7).ExecuteUpdateAsync(note => note.SetProperty(n => n.Text, "changed"))).ShouldBe(1);
            (await context.Notes.Where(note => note.Id == 7).ExecuteDeleteAsync()).ShouldBe(1);
        }

        models.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Without_a_tenant_no_statement_is_sent()
    {
        await using var context = await PooledFactory().CreateDbContextAsync();

        (await Should.ThrowAsync<InvalidOperationException>(() => context.Notes.ToListAsync())).Message.ShouldContain("without a tenant");
        Should.Throw<InvalidOperationException>(() => context.Notes.ToList());
        await Should.ThrowAsync<InvalidOperationException>(() => context.Notes.ExecuteDeleteAsync());
        await Should.ThrowAsync<InvalidOperationException>(() => context.Database.ExecuteSqlRawAsync("SELECT 1"));
        context.Notes.Add(new Note { Id = 1 });
        await Should.ThrowAsync<Exception>(() => context.SaveChangesAsync());
    }

    [Fact]
    public async Task The_server_refuses_the_placeholder()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"SELECT * FROM {TenantSchema.QuotedPlaceholder}.notes", connection);

        (await Should.ThrowAsync<PostgresException>(() => command.ExecuteReaderAsync())).SqlState.ShouldBe(PostgresErrorCodes.UndefinedTable);
    }

    [Fact]
    public async Task A_pooled_context_comes_back_without_a_tenant()
    {
        var tenant = (await database.ProvisionOldAsync(1))[0];
        var factory = PooledFactory();
        ProbeDbContext first;
        await using (first = await factory.CreateDbContextAsync())
        {
            first.Enter(TenantSchema.Of(tenant.Id));
            await first.Notes.ToListAsync();
        }

        await using var second = await factory.CreateDbContextAsync();
        second.ShouldBeSameAs(first);
        second.Schema.ShouldBeNull();
        await Should.ThrowAsync<InvalidOperationException>(() => second.Notes.ToListAsync());
    }

    [Fact]
    public async Task A_context_does_not_change_its_tenant()
    {
        await using var context = await PooledFactory().CreateDbContextAsync();
        context.Enter(TenantSchema.Of(Guid.CreateVersion7()));

        Should.Throw<InvalidOperationException>(() => context.Enter(TenantSchema.Of(Guid.CreateVersion7())));
    }

    [Fact]
    public void A_context_without_translation_cannot_be_made() =>
        Should.Throw<ArgumentException>(() => new ProbeDbContext(new DbContextOptionsBuilder<ProbeDbContext>().UseNpgsql().Options));

    [Fact]
    public void A_schema_is_made_of_the_id_alone()
    {
        TenantSchema.Of(new Guid("01a20134-e4db-79ae-b9d9-4936dc7838e8")).Name.ShouldBe("t_01a20134e4db79aeb9d94936dc7838e8");
        Should.Throw<ArgumentException>(() => TenantSchema.Of(Guid.Empty));
        Should.Throw<InvalidOperationException>(() => default(TenantSchema).Name);
    }

    private PooledDbContextFactory<ProbeDbContext> PooledFactory()
    {
        var options = new DbContextOptionsBuilder<ProbeDbContext>().UseNpgsql(database.DataSource);
        options.UseTenantSchemas();
        return new PooledDbContextFactory<ProbeDbContext>(options.Options);
    }
}
