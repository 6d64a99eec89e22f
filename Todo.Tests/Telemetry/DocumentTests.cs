using System.Text.RegularExpressions;
using Todo.Tests.Architecture;

namespace Todo.Tests.Telemetry;

/// <summary>docs/telemetry.md names what the code makes, and nothing else.</summary>
public sealed partial class DocumentTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "telemetry.md"));

    private static readonly string[] Code = [.. Directory.EnumerateFiles(Checkout.Root, "*.cs", SearchOption.AllDirectories)
        .Where(file => Product().IsMatch(Path.GetRelativePath(Checkout.Root, file).Replace('\\', '/')))
        .Select(File.ReadAllText)];

    [Fact]
    public void Every_instrument_is_in_the_document_with_its_unit_and_every_one_there_exists()
    {
        var made = Code.SelectMany(text => Instruments().Matches(text)).Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value}").Order().ToArray();
        var documented = DocumentedInstruments().Matches(Document).Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value}").Order().ToArray();
        made.Length.ShouldBe(Code.Sum(text => AnyInstruments().Count(text)), "an instrument is made in a way that this test does not read: name and unit are to be literals");
        made.Length.ShouldBeGreaterThan(15);
        made.Distinct().ShouldBe(documented);
    }

    [Fact]
    public void Every_span_of_ours_is_in_the_document_and_every_one_there_exists()
    {
        var made = Code.SelectMany(text => Spans().Matches(text)).Select(match => match.Groups[1].Value).Distinct().Order().ToArray();
        var documented = DocumentedSpans().Matches(Document).SelectMany(match => match.Groups[1].Value.Split(", ")).Select(name => name.Trim('`')).Order().ToArray();
        made.Length.ShouldBeGreaterThan(10);
        documented.ShouldBe(made);
    }

    [Fact]
    public void Every_source_and_meter_that_is_listened_to_is_in_the_document_and_every_one_of_ours_is_listened_to()
    {
        Section("## Traces", "## Metrics").ShouldSatisfyAllConditions([.. Todo.ServiceDefaults.Telemetry.Sources.Select(name => (Action<string>)(text => text.ShouldContain($"`{name}`")))]);
        Section("## Metrics", "## Logs").ShouldSatisfyAllConditions([.. Todo.ServiceDefaults.Telemetry.Meters.Select(name => (Action<string>)(text => text.ShouldContain($"`{name}`")))]);
        foreach (var name in Code.SelectMany(text => Sources().Matches(text)).Select(match => match.Groups[1].Value).Distinct())
        {
            Todo.ServiceDefaults.Telemetry.Sources.ShouldContain(name);
        }

        foreach (var name in Code.SelectMany(text => Meters().Matches(text)).Select(match => match.Groups[1].Value).Distinct())
        {
            Todo.ServiceDefaults.Telemetry.Meters.ShouldContain(name);
        }
    }

    [Fact]
    public void Every_attribute_of_ours_is_in_the_document()
    {
        foreach (var name in Code.SelectMany(text => Attributes().Matches(text)).Select(match => match.Groups[1].Value).Distinct())
        {
            Document.ShouldContain(name, Case.Sensitive);
        }
    }

    private static string Section(string from, string to) => Document[Document.IndexOf(from, StringComparison.Ordinal)..Document.IndexOf(to, StringComparison.Ordinal)];

    [GeneratedRegex("^Todo\\.(Api|Cli|Data|MigrationWorker|ServiceDefaults|Tenancy|Scheduling)/(?!.*(^|/)(obj|bin)/)")]
    private static partial Regex Product();

    [GeneratedRegex("""\.Create(?:Observable)?(?:Counter|UpDownCounter|Gauge|Histogram)(?:<\w+>)?\(\s*"([a-z_.]+)",(?:\s*\(\) => .*,)?\s*"([^"]+)",""")]
    private static partial Regex Instruments();

    [GeneratedRegex(@"\.Create(?:Observable)?(?:Counter|UpDownCounter|Gauge|Histogram)(?:<\w+>)?\(")]
    private static partial Regex AnyInstruments();

    [GeneratedRegex(@"(?m)^\| `(todo\.[a-z_.]+)` \| (?:counter|gauge|histogram) \| `([^`]+)` \|")]
    private static partial Regex DocumentedInstruments();

    [GeneratedRegex("""(?:StartActivity|StartWhole|StartRedis|TryAsync)\("([A-Za-z ]+)"[,)]""")]
    private static partial Regex Spans();

    [GeneratedRegex(@"(?m)^\| ((?:`[A-Za-z ]+`(?:, )?)+) \| `Todo\.(?:Api|Tenancy)` \|")]
    private static partial Regex DocumentedSpans();

    [GeneratedRegex("""new(?: ActivitySource)?\("(Todo\.\w+)"\)""")]
    private static partial Regex Sources();

    [GeneratedRegex("""(?:new Meter|Meter Meter = new|meters\.Create)\("(Todo\.\w+)"\)""")]
    private static partial Regex Meters();

    [GeneratedRegex("""Set(?:Tag|Baggage)\("(todo\.[a-z_.]+)",""")]
    private static partial Regex Attributes();
}
