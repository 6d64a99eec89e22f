using System.Diagnostics;

namespace Todo.Tests.Servers;

/// <summary>Hears of every statement that requests send to one database, from Npgsql's own traces; not of what services ask in the background.</summary>
internal sealed class StatementCount : IDisposable
{
    private readonly ActivityListener _listener;
    private readonly List<string> _statements = [];

    /// <param name="database">Its name.</param>
    /// <param name="withBackground">Also what no request has caused.</param>
    public StatementCount(string database, bool withBackground = false)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                // Opening a connection is an activity too; only a command has a text.
                if ((withBackground || activity.Parent is not null) && activity.GetTagItem("db.namespace") as string == database && activity.GetTagItem("db.query.text") is string text)
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
}
