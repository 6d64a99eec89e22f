namespace Todo.Cli;

/// <summary>What scripts can tell from how a command ended.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Partial = 3;
    public const int Drift = 4;
    public const int Locked = 5;
    public const int Interrupted = 130;

    /// <summary>All of them, in words.</summary>
    public static readonly string Description =
        $"""
        Exit codes:
          {Success}    done; every chosen tenant is where it should be
          {Failed}    failed; the reason is on stderr
          {Usage}    usage: something is missing, wrong or not confirmed; nothing was changed
          {Partial}    partial: some tenants failed or were blocked, or the run is paused
          {Drift}    drift: a schema is not what its migrations make
          {Locked}    locked: another run is open, or another session has the tenant
          {Interrupted}  interrupted; what was done stays done
        """;
}
