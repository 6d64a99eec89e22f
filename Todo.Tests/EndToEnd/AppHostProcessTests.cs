using System.Text.RegularExpressions;
using Todo.Tests.Api;
using Todo.Tests.Embedded;
using Todo.Tests.Servers;

namespace Todo.Tests.EndToEnd;

/// <summary>What a newcomer does: start it, try the printed line, stop it, start it again.</summary>
public sealed partial class AppHostProcessTests : IDisposable
{
    private readonly TemporaryFolder _checkout = new();

    public void Dispose() => _checkout.Dispose();

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("KILL")]
    public async Task After_a_signal_nothing_is_left_running_and_a_second_start_shows_the_same_todos(string signal)
    {
        var address = "";
        using (var first = Start())
        {
            using var client = await TriedAsync(first);
            address = client.BaseAddress!.ToString();
            await client.AddTodoAsync("Still here tomorrow");
            Processes().ShouldNotBeEmpty();

            Ask.Shell($"kill -{signal} {first.Id}");
            (await first.ExitCodeAsync()).ShouldBe(signal == "KILL" ? 137 : 0, first.Output);
            if (signal != "KILL")
            {
                Processes().ShouldBeEmpty("a stop waits for what it stops");
            }
        }

        await Eventually.TrueAsync(() => Task.FromResult(Processes().Length == 0));
        using (var nobody = new HttpClient())
        {
            await Should.ThrowAsync<HttpRequestException>(() => nobody.GetAsync(address + "alive"));
        }

        using var second = Start();
        using var again = await TriedAsync(second);
        (await again.TitlesAsync()).ShouldContain("Still here tomorrow");
        Ask.Shell($"kill -INT {second.Id}");
        (await second.ExitCodeAsync()).ShouldBe(0, second.Output);
    }

    [Fact]
    public async Task A_second_AppHost_on_the_same_data_is_refused_by_name_and_the_first_goes_on()
    {
        using var first = Start();
        using var client = await TriedAsync(first);

        using var second = Start();
        (await second.ExitCodeAsync()).ShouldNotBe(0);

        second.Output.ShouldContain(first.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        second.Output.ShouldNotContain("   at Todo.", Case.Sensitive, "a person reads this, not a debugger");
        (await client.TitlesAsync()).ShouldNotBeEmpty();
        Ask.Shell($"kill -INT {first.Id}");
        (await first.ExitCodeAsync()).ShouldBe(0, first.Output);
    }

    private ObservedProcess Start() => new(
        typeof(Projects.Todo_AppHost).Assembly.Location,
        [$"--LocalAspire:LogDirectory={_checkout.In("logs")}"],
        new Dictionary<string, string>
        {
            ["DOTNET_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Todo__Servers"] = "embedded",
            ["Todo__DataFolder"] = _checkout.Root,
        });

    // The line that is printed must do what it promises; then a client that says the same.
    private static async Task<TenantClient> TriedAsync(ObservedProcess appHost)
    {
        // Behind it are the making of a database cluster, all migrations and the start of every service.
        await appHost.SeenAsync("curl http", TimeSpan.FromMinutes(5));
        var curl = Curl().Match(appHost.Output);
        var answer = Ask.Shell(curl.Value);
        answer.ShouldContain("Order flour for next week");
        return new TenantClient(new Uri(curl.Groups["address"].Value), curl.Groups["tenant"].Value, curl.Groups["token"].Value, Guid.Empty);
    }

    // Whatever was started for this data folder has it in its environment.
    private string[] Processes() => [.. Directory.GetDirectories("/proc").Where(IsOurs)];

    private bool IsOurs(string process)
    {
        try
        {
            return int.TryParse(Path.GetFileName(process), out var id) && id != Environment.ProcessId
                && File.ReadAllText(process + "/environ").Contains($"Todo__DataFolder={_checkout.Root}\0", StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [GeneratedRegex("curl (?<address>http://[^/]+)/todos -H 'tenant: (?<tenant>[a-z]+)' -H 'Authorization: Bearer (?<token>[A-Za-z0-9_-]+)'")]
    private static partial Regex Curl();
}
