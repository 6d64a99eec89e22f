using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Todo.Cli;

/// <summary>Answers on stdout: text for people, or one JSON document.</summary>
internal sealed class Output(bool isJson)
{
    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },

        // Read by programs, not put into web pages: SQL stays legible.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public bool IsJson { get; } = isJson;

    /// <summary>Whether somebody looks at it while it is written.</summary>
    public bool IsTerminal { get; } = !isJson && !Console.IsOutputRedirected;

    /// <summary>The answer: the document if JSON was asked for, else the lines.</summary>
    public async Task AnswerAsync<T>(T document, Func<T, IEnumerable<string>> lines)
    {
        if (IsJson)
        {
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(document, JsonOptions));
        }
        else
        {
            await SayAsync(lines(document));
        }
    }

    /// <summary>Something for people on the way to the answer; nothing if JSON was asked for.</summary>
    public async Task SayAsync(params IEnumerable<string> lines)
    {
        if (!IsJson)
        {
            foreach (var line in lines)
            {
                await Console.Out.WriteLineAsync(line);
            }
        }
    }

    /// <summary>Columns as wide as they need to be.</summary>
    public static IEnumerable<string> Table(string[] heads, IEnumerable<string?[]> rows)
    {
        string?[][] all = [heads, .. rows];
        var widths = heads.Select((_, column) => all.Max(row => row[column]?.Length ?? 0)).ToArray();
        return all.Select(row => string.Join("  ", row.Select((cell, column) => (cell ?? "").PadRight(widths[column]))).TrimEnd());
    }

    /// <summary><c>1 tenant</c>, <c>2 tenants</c>.</summary>
    public static string Count(int number, string one) => number == 1 ? $"1 {one}" : $"{number} {one}s";

    /// <summary>A version, where none is an empty schema.</summary>
    public static string Version(string? version) => version ?? "(empty)";
}
