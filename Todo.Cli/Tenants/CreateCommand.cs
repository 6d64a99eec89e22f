using System.CommandLine;
using Spectre.Console;
using Todo.Data.Access;
using Todo.Data.Tenants;
using Todo.Tenancy.Provisioning;

namespace Todo.Cli.Tenants;

internal static class CreateCommand
{
    // Not an option: those are seen by everybody who lists processes.
    private const string PasswordVariable = "TODO_OWNER_PASSWORD";

    private const int LongestName = 200;

    public static Command Create()
    {
        var slug = new Argument<string>("slug") { Description = "Its unique name in headers." };
        var name = new Option<string?>("--name") { Description = "Its name for people; the slug if absent." };
        var email = new Option<string?>("--owner-email") { Description = $"The first person, who may do everything. The password is in {PasswordVariable}, or asked for on a terminal." };
        var owner = new Option<string?>("--owner-name") { Description = "The first person's name; the address if absent." };
        return new Command("create", "Makes a tenant: its row, its schema and every migration, all or nothing.") { slug, name, email, owner }.Does(async (invocation, cancellationToken) =>
        {
            var wanted = invocation.Get(slug);
            var person = invocation.Get(email) is { } address ? Owner(invocation, address, invocation.Get(owner) ?? address[..Math.Min(address.Length, LongestName)]) : null;
            var tenant = await invocation.Service<TenantProvisioner>().ProvisionAsync(
                wanted,
                Text(invocation.Get(name) ?? wanted, "--name"),
                person is null ? null : (transaction, schema, token) => TenantPeople.AddAsync(transaction, schema, [person], token),
                cancellationToken);
            await invocation.Output.AnswerAsync(TenantDocument.Of(tenant), document => document.Lines());
            return ExitCode.Success;
        });
    }

    private static NewPerson Owner(Invocation invocation, string address, string name)
    {
        if (address.Trim() is not { Length: <= EmailAddress.MaxLength } trimmed || trimmed.IndexOf('@', StringComparison.Ordinal) is var at && (at < 1 || at == trimmed.Length - 1))
        {
            throw CliException.Usage("--owner-email is an e-mail address.");
        }

        var password = Environment.GetEnvironmentVariable(PasswordVariable);
        if (string.IsNullOrEmpty(password))
        {
            password = invocation.Output.IsTerminal && !Console.IsInputRedirected
                ? AskForPassword()
                : throw CliException.Usage($"Set {PasswordVariable}: this is not a terminal to ask on.");
        }

        var ownerName = Text(name, "--owner-name");
        return PasswordRules.Check(password, [ownerName, trimmed]) is { } broken
            ? throw CliException.Usage(broken)
            : new NewPerson(trimmed, ownerName, PersonPassword.Hash(password), BuiltInRole.Owner);
    }

    private static string AskForPassword()
    {
        // The terminal shows what is typed until .NET first looks for a key, which the prompt does only when its question is there: too late for
        // whoever types at once.
        _ = Console.KeyAvailable;
        return AnsiConsole.Prompt(new TextPrompt<string>("The owner's password:").Secret());
    }

    private static string Text(string text, string option) =>
        text.Trim() is { Length: > 0 } trimmed && trimmed.Length <= LongestName ? trimmed : throw CliException.Usage($"{option} has 1 to {LongestName} characters.");
}
