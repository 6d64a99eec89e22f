using System.CommandLine;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Provisioning;

namespace Todo.Cli.Tenants;

/// <summary>What was purged.</summary>
internal sealed record PurgeDocument(string Slug, int Dropped);

/// <summary>A tenant's life: rename, host, suspend, resume, delete, restore, purge.</summary>
internal static class LifecycleCommands
{
    // Well below the lock slots that a server has by default, of which each table takes several.
    private const int PurgeBatch = 100;

    public static IEnumerable<Command> Create() =>
    [
        Rename(),
        Host(),
        Change("suspend", "Refuses an active tenant to its people; it is still migrated.", (life, slug, token) => life.SuspendAsync(slug, token)),
        Change("resume", "Serves a suspended tenant again.", (life, slug, token) => life.ResumeAsync(slug, token)),
        Change("delete", "Neither serves nor migrates a tenant; recoverable until it is purged.", (life, slug, token) => life.DeleteAsync(slug, token), "It will not be served any more."),
        Restore(),
        Purge(),
    ];

    private static Command Rename()
    {
        var slug = SlugArgument();
        var to = new Option<string?>("--slug") { Description = "The new slug." };
        var name = new Option<string?>("--name") { Description = "The new name for people." };
        return new Command("rename", "Gives a tenant another slug, another name, or both; no table moves.") { slug, to, name }.Does(async (invocation, cancellationToken) =>
            await AnswerAsync(invocation, await invocation.Service<TenantLifecycle>().RenameAsync(invocation.Get(slug), invocation.Get(to), invocation.Get(name), cancellationToken)));
    }

    private static Command Host()
    {
        var slug = SlugArgument();
        var host = new Argument<string?>("host") { Description = $"The host, {TenantHost.Rule}; left out, the tenant has none any more.", Arity = ArgumentArity.ZeroOrOne };
        return new Command("host", "Gives a tenant a host name of its own, or takes it away.") { slug, host }.Does(async (invocation, cancellationToken) =>
            await AnswerAsync(invocation, await invocation.Service<TenantLifecycle>().SetHostAsync(invocation.Get(slug), invocation.Get(host), cancellationToken)));
    }

    private static Command Restore()
    {
        var slug = SlugArgument();
        var suspended = new Option<bool>("--suspended") { Description = "It comes back suspended instead of active." };
        return new Command("restore", "Takes a deletion back.") { slug, suspended }.Does(async (invocation, cancellationToken) =>
            await AnswerAsync(invocation, await invocation.Service<TenantLifecycle>().RestoreAsync(invocation.Get(slug), invocation.Get(suspended), cancellationToken)));
    }

    private static Command Purge()
    {
        var slug = SlugArgument();
        var yes = YesOption();
        return new Command("purge", "Drops all that a deleted tenant has. There is no way back; interrupted, it is taken up again by repeating it.") { slug, yes }.Does(async (invocation, cancellationToken) =>
        {
            var (wanted, dropped) = (invocation.Get(slug), 0);
            invocation.RequireConsent(invocation.Get(yes), $"This destroys all data of '{wanted}', for ever.");
            await invocation.Service<TenantLifecycle>().PurgeAsync(wanted, PurgeBatch, number => dropped += number, cancellationToken);
            await invocation.Output.AnswerAsync(new PurgeDocument(wanted, dropped), document => [$"'{document.Slug}' is purged: {document.Dropped} tables, views and sequences dropped."]);
            return ExitCode.Success;
        });
    }

    private static Command Change(string verb, string description, Func<TenantLifecycle, string, CancellationToken, Task<Tenant>> change, string? warning = null)
    {
        var slug = SlugArgument();
        var yes = YesOption();
        var command = new Command(verb, description) { slug };
        if (warning is not null)
        {
            command.Add(yes);
        }

        return command.Does(async (invocation, cancellationToken) =>
        {
            invocation.RequireConsent(warning is null || invocation.Get(yes), $"'{invocation.Get(slug)}': {warning}");
            return await AnswerAsync(invocation, await change(invocation.Service<TenantLifecycle>(), invocation.Get(slug), cancellationToken));
        });
    }

    private static Argument<string> SlugArgument() => new("slug") { Description = "The tenant's slug." };

    private static Option<bool> YesOption() => new("--yes") { Description = "Don't ask." };

    private static async Task<int> AnswerAsync(Invocation invocation, Tenant tenant)
    {
        await invocation.Output.AnswerAsync(TenantDocument.Of(tenant), document => document.Lines());
        return ExitCode.Success;
    }
}
