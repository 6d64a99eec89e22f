using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Todo.Data.Access;
using Todo.Data.Catalog;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;
using Todo.Tests.Api;

namespace Todo.Tests.Architecture;

public sealed class ArchitectureTests(ApiHost api) : IClassFixture<ApiHost>
{
    [Theory]
    [InlineData("Todo.Api", "Todo.Data", "Todo.Scheduling", "Todo.Tenancy", "Todo.ServiceDefaults")]
    [InlineData("Todo.MigrationWorker", "Todo.Data", "Todo.Tenancy", "Todo.ServiceDefaults")]
    [InlineData("todo", "Todo.Data", "Todo.Tenancy")]
    [InlineData("Todo.Data", "Todo.Tenancy")]
    [InlineData("Todo.Tenancy")]
    [InlineData("Todo.Scheduling")]
    [InlineData("Todo.ServiceDefaults")]
    [InlineData("Todo.AppHost")]
    public void Projects_use_only_those_below_them(string project, params string[] below) =>
        Assembly.Load(project).GetReferencedAssemblies().Select(reference => reference.Name!)
            .Where(name => name.StartsWith("Todo.", StringComparison.Ordinal)).Except(below).ShouldBeEmpty();

    [Fact]
    public void Everything_of_a_tenant_is_in_the_placeholder_schema()
    {
        var options = new DbContextOptionsBuilder<TenantDbContext>().UseNpgsql();
        options.UseTenantSchemas();
        using var context = new TenantDbContext(options.Options);
        var entities = context.Model.GetEntityTypes().ToArray();
        entities.ShouldNotBeEmpty();
        entities.ShouldAllBe(entity => entity.GetSchema() == TenantSchema.Placeholder);
    }

    [Fact]
    public void Everything_of_the_catalog_is_in_public()
    {
        using var context = new CatalogDbContext(new DbContextOptionsBuilder<CatalogDbContext>().UseNpgsql().Options);
        var entities = context.Model.GetEntityTypes().ToArray();
        entities.ShouldNotBeEmpty();
        entities.ShouldAllBe(entity => entity.GetSchema() == "public");
    }

    [Fact]
    public async Task The_permissions_and_roles_in_code_are_those_that_a_tenant_gets()
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        (await api.ColumnAsync($"SELECT name FROM {schema}.permissions")).ShouldBe(Permission.All, ignoreOrder: true);
        Guid[] roles = [BuiltInRole.Owner, BuiltInRole.Administrator, BuiltInRole.Member, BuiltInRole.Guest];
        (await api.ColumnAsync($"SELECT id::text FROM {schema}.roles WHERE is_built_in")).ShouldBe(roles.Select(role => role.ToString()), ignoreOrder: true);
        (await api.ColumnAsync($"SELECT permission FROM {schema}.role_permissions WHERE role_id = '{BuiltInRole.Owner}'")).ShouldBe(Permission.All, ignoreOrder: true);
    }

    [Fact]
    public async Task The_tables_of_a_new_tenant_have_the_columns_that_the_model_names()
    {
        // There is no generated snapshot that would hold the hand-written migrations and the model together.
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        using var tenant = api.Service<IDbContextFactory<TenantDbContext>>().CreateDbContext();
        using var catalog = api.Service<IDbContextFactory<CatalogDbContext>>().CreateDbContext();
        foreach (var (context, name) in new (DbContext, string)[] { (tenant, schema.Name), (catalog, "public") })
        {
            var modelled = context.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties().Select(property =>
                $"{entity.GetTableName()}.{property.GetColumnName()} {property.GetColumnType().Replace("timestamptz", "timestamp with time zone", StringComparison.Ordinal)} {(property.IsNullable ? "YES" : "NO")}"));
            var actual = await api.ColumnAsync(
                $"SELECT table_name || '.' || column_name || ' ' || CASE data_type WHEN 'ARRAY' THEN replace(substr(udt_name, 2), 'int4', 'integer') || '[]' ELSE data_type END || ' ' || is_nullable FROM information_schema.columns WHERE table_schema = '{name}' AND table_name <> '__EFMigrationsHistory'");
            modelled.ShouldBe(actual, ignoreOrder: true);
        }
    }
}
