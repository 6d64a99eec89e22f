using System.CommandLine;
using System.Globalization;

namespace Todo.Benchmarks.Fleet;

/// <summary>How much is asked of the engine.</summary>
/// <param name="Tenants">Sizes of the fleets that are migrated.</param>
/// <param name="Rounds">Measurements of each side and size, after one that warms up.</param>
/// <param name="Connections">Tenants at once, and psql processes.</param>
/// <param name="Only">The measurements.</param>
/// <param name="Svg">Where the plot goes; null: nowhere.</param>
internal sealed record FleetOptions(int[] Tenants, int Rounds, int Connections, string[] Only, string? Svg)
{
    public bool Does(string measurement) => Only.Contains(measurement);
}

internal static class FleetCommand
{
    private static readonly string[] Measurements = ["apply", "nothing", "provision", "memory", "serving"];

    public static Command Create()
    {
        var tenants = new Option<int[]>("--tenants")
        {
            Description = "Sizes of the fleets, with commas between; each from 1 to 20000.",
            DefaultValueFactory = _ => [100, 1_000],
            CustomParser = result =>
            {
                var sizes = result.Tokens[0].Value.Split(',').Select(text => int.TryParse(text, CultureInfo.InvariantCulture, out var size) ? size : 0).ToArray();
                if (sizes.Any(size => size is < 1 or > 20_000))
                {
                    result.AddError("--tenants are numbers from 1 to 20000, with commas between.");
                }

                return sizes;
            },
        };
        var rounds = new Option<int>("--rounds") { Description = "Measurements of each side and size.", DefaultValueFactory = _ => 3 };
        var connections = new Option<int>("--connections") { Description = "Tenants at once, and psql processes.", DefaultValueFactory = _ => 2 };
        var only = new Option<string[]>("--only") { Description = "One of the measurements; may be repeated.", DefaultValueFactory = _ => Measurements };
        only.AcceptOnlyFromAmong(Measurements);
        var svg = new Option<string?>("--svg") { Description = "A file for the plot of time against tenants." };
        foreach (var (option, max) in new[] { (rounds, 100), (connections, 64) })
        {
            option.Validators.Add(result =>
            {
                if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out var value) && (value < 1 || value > max))
                {
                    result.AddError($"{option.Name} is a number from 1 to {max}.");
                }
            });
        }

        var command = new Command("fleet", "Tenants a second that are migrated, brought back and made, beside psql with the same statements in a file; and what requests notice of it.")
        {
            tenants, rounds, connections, only, svg,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new FleetOptions(
                parsed.GetValue(tenants)!, parsed.GetValue(rounds), parsed.GetValue(connections), parsed.GetValue(only)!, parsed.GetValue(svg));
            try
            {
                Console.WriteLine(await FleetBenchmark.RunAsync(options, cancellationToken));
                return 0;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                await Console.Error.WriteLineAsync("Interrupted; everything that was started is stopped.");
                return 130;
            }
        });
        return command;
    }
}
