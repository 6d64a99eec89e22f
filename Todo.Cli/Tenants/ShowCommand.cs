using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using Todo.Data.Catalog;
using Todo.Tenancy.Provisioning;

namespace Todo.Cli.Tenants;

internal static class ShowCommand
{
    public static Command Create()
    {
        var slug = new Argument<string>("slug") { Description = "The tenant's slug." };
        return new Command("show", "One tenant.") { slug }.Does(async (invocation, cancellationToken) =>
        {
            var wanted = invocation.Get(slug);
            await using var catalog = await invocation.Service<IDbContextFactory<CatalogDbContext>>().CreateDbContextAsync(cancellationToken);
            var tenant = await catalog.Tenants.AsNoTracking().SingleOrDefaultAsync(one => one.Slug == wanted, cancellationToken)
                ?? throw new TenantNotFoundException(wanted);
            await invocation.Output.AnswerAsync(TenantDocument.Of(tenant), document => document.Lines());
            return ExitCode.Success;
        });
    }
}
