using System.Globalization;
using System.Text.RegularExpressions;

namespace Todo.Cli.Migrations;

/// <summary>One of the two lines, as the repository keeps it.</summary>
/// <param name="Folder">Below <c>Todo.Data/Migrations</c>, and the end of the namespace.</param>
/// <param name="Context">The context's class.</param>
/// <param name="ContextNamespace">The context's namespace.</param>
internal sealed record LineFolder(string Folder, string Context, string ContextNamespace);

/// <summary>A new migration class: newer than all others of its line, and never over an existing file.</summary>
internal sealed partial record MigrationFile(string Id, string Path)
{
    public static readonly LineFolder TenantLine = new("Tenant", "TenantDbContext", "Todo.Data.Tenants");
    public static readonly LineFolder CatalogLine = new("Catalog", "CatalogDbContext", "Todo.Data.Catalog");

    private const string TimeFormat = "yyyyMMddHHmmss";

    /// <exception cref="CliException">The name can't be a class, is taken, or the folder is not there.</exception>
    public static MigrationFile Create(string root, LineFolder line, string name, DateTime now)
    {
        var folder = System.IO.Path.Combine(root, "Todo.Data", "Migrations", line.Folder);
        if (!Directory.Exists(folder))
        {
            throw CliException.Usage($"There is no folder {folder}.");
        }

        var type = PascalName(name);
        var ids = Directory.EnumerateFiles(folder, "*.cs").Select(file => System.IO.Path.GetFileNameWithoutExtension(file)).Where(id => IdPattern().IsMatch(id)).ToArray();
        if (ids.FirstOrDefault(id => id[(TimeFormat.Length + 1)..].Equals(type, StringComparison.OrdinalIgnoreCase)) is { } taken)
        {
            throw CliException.Usage($"There is a migration of this name already: {taken}.");
        }

        var id = $"{After(ids.Max(StringComparer.Ordinal), now).ToString(TimeFormat, CultureInfo.InvariantCulture)}_{type}";
        var path = System.IO.Path.Combine(folder, id + ".cs");
        using var writer = new StreamWriter(new FileStream(path, FileMode.CreateNew, FileAccess.Write)) { NewLine = "\n" };
        writer.Write(Text(id, type, Sentence(name), line));
        return new MigrationFile(id, path);
    }

    // Ids are compared as text, so a clock that is behind, or two migrations in one second, must not put the new one before the newest.
    private static DateTime After(string? newest, DateTime now) =>
        newest is not null && DateTime.TryParseExact(newest[..TimeFormat.Length], TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) && time.AddSeconds(1) > now
            ? time.AddSeconds(1)
            : now;

    private static string PascalName(string name)
    {
        var type = string.Concat(WordPattern().Matches(name).Select(word => char.ToUpperInvariant(word.Value[0]) + word.Value[1..]));
        return type.Length is > 0 and <= 100 && !char.IsAsciiDigit(type[0]) && type is not ("Migration" or "Tenant" or "Catalog") && !UnwantedPattern().IsMatch(name)
            ? type
            : throw CliException.Usage("A migration is called by what it does, in letters and digits, such as \"Add due date\".");
    }

    private static string Sentence(string name) => char.ToUpperInvariant(name.Trim()[0]) + name.Trim()[1..].TrimEnd('.') + ".";

    private static string Text(string id, string type, string summary, LineFolder line) =>
        $$"""
        using Microsoft.EntityFrameworkCore.Infrastructure;
        using Microsoft.EntityFrameworkCore.Migrations;
        using {{line.ContextNamespace}};

        namespace Todo.Data.Migrations.{{line.Folder}};

        /// <summary>{{summary}}</summary>
        [DbContext(typeof({{line.Context}}))]
        [Migration("{{id}}")]
        public sealed class {{type}} : Migration
        {
            /// <inheritdoc/>
            protected override void Up(MigrationBuilder migrationBuilder)
            {
            }

            /// <inheritdoc/>
            protected override void Down(MigrationBuilder migrationBuilder)
            {
            }
        }

        """;

    [GeneratedRegex(@"\A\d{14}_\w+\z")]
    private static partial Regex IdPattern();

    [GeneratedRegex("[A-Za-z0-9]+")]
    private static partial Regex WordPattern();

    // What is neither part of a word nor between words.
    [GeneratedRegex(@"[^A-Za-z0-9 ,.'_-]")]
    private static partial Regex UnwantedPattern();
}
