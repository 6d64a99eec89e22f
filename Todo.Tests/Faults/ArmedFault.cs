namespace Todo.Tests.Faults;

/// <summary>A fault that waits for its statement, and then the one statement it struck at.</summary>
internal sealed class ArmedFault(FaultPoint point, FaultAction action)
{
    private readonly TaskCompletionSource<ProxiedStatement> _fired = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _counted;
    private bool _aimed;

    public FaultPoint Point { get; } = point;

    public ProxiedStatement? FiredAt { get; private set; }

    public Task<ProxiedStatement> Fired => _fired.Task;

    /// <summary>Whether its statement has not come yet.</summary>
    public bool IsArmed => !_aimed;

    /// <summary>Counts a statement; true if it is the one. Not safe for concurrent use.</summary>
    public bool TakesAim(ProxiedStatement statement)
    {
        if (_aimed || (Point.Counts is { } counts && !counts(statement.Sql)))
        {
            return false;
        }

        return _aimed = ++_counted == Point.Ordinal;
    }

    /// <summary>Does it.</summary>
    public async Task StrikeAsync(ProxyConnection connection, ProxiedStatement statement)
    {
        FiredAt = statement;
        await action.RunAsync(connection, statement);
        _fired.TrySetResult(statement);
    }

    public void Fail(Exception error) => _fired.TrySetException(error);
}
