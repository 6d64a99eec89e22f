using System.Diagnostics;

namespace Todo.Tests.Servers;

/// <summary>
/// Hears of every statement that requests send to one database, from Npgsql's own traces. Not of what services ask in the background, nor of what tells who asks:
/// how long that is remembered depends on the clock, and on whoever else uses Redis.
/// </summary>
internal sealed class StatementCount : IDisposable
{
    private const string LookUps = "Todo.Api";

    private readonly ActivityListener _listener;
    private readonly List<string> _statements = [];

    /// <param name="database">Its name.</param>
    /// <param name="withBackground">Also all this.</param>
    public StatementCount(string database, bool withBackground = false)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Npgsql" or LookUps,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                // Opening a connection is an activity too; only a command has a text.
                if ((withBackground || IsOfRequest(activity)) && activity.GetTagItem("db.namespace") as string == database && activity.GetTagItem("db.query.text") is string text)
                {
                    lock (_statements)
                    {
                        _statements.Add(text);
                    }
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>What was sent since the last time this was asked.</summary>
    public IReadOnlyList<string> Take()
    {
        lock (_statements)
        {
            string[] taken = [.. _statements];
            _statements.Clear();
            return taken;
        }
    }

    public void Dispose() => _listener.Dispose();

    private static bool IsOfRequest(Activity activity)
    {
        for (var cause = activity.Parent; cause is not null; cause = cause.Parent)
        {
            if (cause is { Source.Name: LookUps, OperationName: "lookup" })
            {
                return false;
            }
        }

        return activity.Parent is not null;
    }
}
