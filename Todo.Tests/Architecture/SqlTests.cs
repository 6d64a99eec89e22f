using System.Text.RegularExpressions;

namespace Todo.Tests.Architecture;

/// <summary>
/// SQL is put together from constants, and what comes from outside is a parameter. The analyzer CA2100 (an error here) reports every command whose
/// text is not constant; this keeps its exceptions few, and bans what it does not look at.
/// </summary>
public sealed partial class SqlTests
{
    // Statements of migrations, which are ours, identifiers that are quoted, and a schema's name in place of another: each says so where it is.
    private static readonly string[] MayBeExempt = ["Todo.AppHost/Embedded/", "Todo.Tenancy/Fleet/RunStore.cs", "Todo.Tenancy/Fleet/StepwiseMigrator.cs", "Todo.Tenancy/Migrations/", "Todo.Tenancy/Scoping/TenantSchemaInterceptor.cs"];

    [Fact]
    public void No_product_code_hands_raw_text_to_EF()
    {
        var sources = Sources().ToArray();
        sources.Length.ShouldBeGreaterThan(100);
        sources.Where(source => RawSql().IsMatch(source.Text)).Select(source => source.Path).ShouldBeEmpty();
    }

    [Fact]
    public void Only_the_engine_is_exempt_from_the_rule_that_SQL_is_constant()
    {
        File.ReadAllText(Path.Combine(Checkout.Root, ".editorconfig")).ShouldContain("CA2100.severity = warning");
        Sources().Where(source => source.Text.Contains("CA2100", StringComparison.Ordinal)).Select(source => source.Path)
            .Where(path => !MayBeExempt.Any(allowed => path.StartsWith(allowed, StringComparison.Ordinal))).ShouldBeEmpty();
    }

    private static IEnumerable<(string Path, string Text)> Sources() =>
        from project in (string[])["Todo.Api", "Todo.AppHost", "Todo.Cli", "Todo.Data", "Todo.MigrationWorker", "Todo.ServiceDefaults", "Todo.Tenancy"]
        from file in Directory.EnumerateFiles(Path.Combine(Checkout.Root, project), "*.cs", SearchOption.AllDirectories)
        let path = Path.GetRelativePath(Checkout.Root, file).Replace('\\', '/')
        where !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal)
        select (path, File.ReadAllText(file));

    // FromSql and ExecuteSql, which make parameters of what is interpolated, are fine.
    [GeneratedRegex(@"\b(?:FromSqlRaw|ExecuteSqlRaw|ExecuteSqlRawAsync|SqlQueryRaw)\b")]
    private static partial Regex RawSql();
}
