using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using Todo.Data.Catalog;
using Todo.Tenancy.Catalog;

namespace Todo.Cli.Tenants;

internal static class ListCommand
{
    public static Command Create()
    {
        var status = new Option<string?>("--status") { Description = "Only tenants with this status." };
        status.AcceptOnlyFromAmong([.. Enum.GetValues<TenantStatus>().Select(EnumText.Of)]);
        var limit = new Option<int>("--limit") { Description = "How many at most.", DefaultValueFactory = _ => 100 };
        var after = new Option<string?>("--after") { Description = "Only slugs that sort after this one, for the next page." };
        return new Command("list", "Tenants by slug.") { status, limit, after }.Does(async (invocation, cancellationToken) =>
        {
            var number = invocation.Get(limit) is var given and >= 1 and <= 100_000 ? given : throw CliException.Usage("--limit is a number of tenants, 1 to 100000.");
            await using var catalog = await invocation.Service<IDbContextFactory<CatalogDbContext>>().CreateDbContextAsync(cancellationToken);
            var tenants = catalog.Tenants.AsNoTracking();
            if (invocation.Get(status) is { } text)
            {
                var wanted = EnumText.Parse<TenantStatus>(text);
                tenants = tenants.Where(tenant => tenant.Status == wanted);
            }

            if (invocation.Get(after) is { } last)
            {
                tenants = tenants.Where(tenant => string.Compare(tenant.Slug, last) > 0);
            }

            var page = await tenants.OrderBy(tenant => tenant.Slug).Take(number).ToListAsync(cancellationToken);
            await invocation.Output.AnswerAsync(page.Select(TenantDocument.Of).ToArray(), list => Output.Table(
                ["SLUG", "STATUS", "MIGRATION", "NAME"],
                list.Select(tenant => new string?[] { tenant.Slug, EnumText.Of(tenant.Status), Output.Version(tenant.SchemaVersion), tenant.Name })));
            return ExitCode.Success;
        });
    }
}
