using System.CommandLine;

namespace Todo.Cli.Migrations;

/// <summary>What was scaffolded.</summary>
internal sealed record NewMigrationDocument(string Id, string File);

internal static class NewCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "What it does, such as \"Add due date\"." };
        var tenant = new Option<bool>("--tenant") { Description = "For every tenant's schema." };
        var catalog = new Option<bool>("--catalog") { Description = "For public, the catalog." };
        return new Command("new", "Writes an empty migration class into the repository that the current directory is in.") { name, tenant, catalog }.Does(async (invocation, _) =>
        {
            if (invocation.Get(tenant) == invocation.Get(catalog))
            {
                throw CliException.Usage("Give --tenant or --catalog, one of them.");
            }

            var line = invocation.Get(tenant) ? MigrationFile.TenantLine : MigrationFile.CatalogLine;
            var file = MigrationFile.Create(RepositoryRoot(), line, invocation.Get(name), DateTime.UtcNow);
            await invocation.Output.AnswerAsync(new NewMigrationDocument(file.Id, file.Path), written => [written.File]);
            return ExitCode.Success;
        });
    }

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Todo.sln")))
            {
                return folder.FullName;
            }
        }

        throw CliException.Usage("There is no Todo.sln here or above. Go into the repository first.");
    }
}
