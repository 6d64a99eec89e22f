using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace Todo.Cli;

/// <summary>One command under way: what was asked for, where the answer goes, and the engine, connected when it is first needed.</summary>
internal sealed class Invocation(ParseResult parsed) : IAsyncDisposable
{
    private readonly OpenTelemetry.Trace.TracerProvider? _tracing = Tracing.Start();
    private ServiceProvider? _services;

    public Output Output { get; } = new(parsed.GetValue(GlobalOptions.Json));

    /// <summary>Who asks, for the record.</summary>
    public static string Person => $"{Environment.UserName}@{Environment.MachineName}";

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    public T Get<T>(Argument<T> argument) => parsed.GetRequiredValue(argument);

    public T Service<T>()
        where T : notnull => (_services ??= Database.Connect(parsed.GetValue(GlobalOptions.Connection))).GetRequiredService<T>();

    /// <summary>Goes on only with a person's consent, given by an option or on the terminal.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public void RequireConsent(bool given, string what)
    {
        if (given)
        {
            return;
        }

        if (Console.IsInputRedirected || !Output.IsTerminal)
        {
            throw CliException.Usage($"{what} This is not a terminal to ask on: repeat the command with --yes. Nothing was changed.");
        }

        if (!AnsiConsole.Confirm($"{Markup.Escape(what)} Go on?", defaultValue: false))
        {
            throw CliException.Usage("Nothing was changed.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }

        _tracing?.Dispose();
    }
}
