using System.CommandLine;
using Todo.Cli.Tenants;
using Todo.Data;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Provisioning;

namespace Todo.Cli.Fleet;

/// <summary><c>todo fleet baseline</c>: says at which migration a schema is, without running any.</summary>
internal static class BaselineCommand
{
    public static Command Create()
    {
        var slug = new Argument<string>("slug") { Description = "The tenant's slug." };
        var version = new Option<string>("--version") { Description = "The migration that the schema is at: its id, or its name.", Required = true };
        var schema = new Option<string?>("--adopt") { Description = "Make the tenant from this existing schema, which is renamed." };
        var name = new Option<string?>("--name") { Description = "With --adopt: the tenant's name for people; the slug if absent." };
        var force = new Option<bool>("--force") { Description = "Believe it although tables are missing." };
        var yes = new Option<bool>("--yes") { Description = "Don't ask." };
        return new Command("baseline", "Says at which migration a schema is, without running any.") { slug, version, schema, name, force, yes }.Does(async (invocation, cancellationToken) =>
        {
            var wanted = invocation.Get(slug);
            var id = MigrationTarget.Parse(invocation.Get(version)!, MigrationLines.Tenant).Version ?? throw CliException.Usage("--version is a migration's id or name.");
            invocation.RequireConsent(invocation.Get(yes), $"This records that '{wanted}' is at {id}, whatever its history says.");
            var baseline = invocation.Service<TenantBaseline>();
            var tenant = invocation.Get(schema) is { } existing
                ? await baseline.AdoptAsync(existing, wanted, invocation.Get(name) ?? wanted, id, invocation.Get(force), cancellationToken)
                : await baseline.BaselineAsync(wanted, id, invocation.Get(force), cancellationToken);
            await invocation.Output.AnswerAsync(TenantDocument.Of(tenant), document => document.Lines());
            return ExitCode.Success;
        });
    }
}
