using Npgsql;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Provisioning;

namespace Todo.Cli;

/// <summary>Exceptions as people and scripts see them. No message here repeats a connection string.</summary>
internal static class Errors
{
    /// <summary>The exit code and the reason.</summary>
    public static (int ExitCode, string Message) Explain(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        CliException own => (own.ExitCode, own.Message),
        OperationCanceledException when cancellationToken.IsCancellationRequested => (ExitCode.Interrupted, "Interrupted; what was done stays done."),
        RunOpenException or TenantBusyException => (ExitCode.Locked, exception.Message),
        DataLossException => (ExitCode.Usage, $"{exception.Message} Repeat the command with --confirm and that id; nothing was started."),
        RunNotFoundException or TenantNotFoundException or FormatException => (ExitCode.Usage, exception.Message),
        ArgumentException argument => (ExitCode.Usage, WithoutParameter(argument)),
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.UndefinedFunction } =>
            (ExitCode.Failed, "The database has no catalog, or an older one than this build needs. Start the migration worker once, which brings it there."),
        PostgresException postgres => (ExitCode.Failed, $"The database refused: {postgres.MessageText} ({postgres.SqlState})"),
        NpgsqlException or TimeoutException => (ExitCode.Failed, $"The database can't be reached, or went away: {exception.Message}"),
        _ => (ExitCode.Failed, exception.Message),
    };

    private static string WithoutParameter(ArgumentException exception) =>
        exception.ParamName is { } name ? exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : exception.Message;
}
