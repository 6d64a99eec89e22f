namespace Todo.AppHost.Embedded;

/// <summary>
/// What an earlier launcher left running when it was killed. Called only with the folder's lock held, that is, when the launcher that
/// started these servers is known to be gone.
/// </summary>
internal static class Leftovers
{
    /// <summary>Stops the server still running on a data folder, if there is one, so that a new one can take over its data.</summary>
    /// <exception cref="EmbeddedServerException">It cannot be stopped.</exception>
    public static void Stop(ServerKind kind, string data, Action<string> report)
    {
        var pidFile = kind.PidFile(data);
        if (OtherProcess.ReadId(pidFile) is { } id && OtherProcess.IsAlive(id) && OtherProcess.IsServerOn(kind, id, data))
        {
            report($"Stopping {kind.Name} (process {id}) on {data}, left over from a start that was killed.");
            if (!OtherProcess.Stop(id, kind.StopSteps))
            {
                throw new EmbeddedServerException(
                    $"{kind.Name} (process {id}) still runs on {data}, left over from a start that was killed, and could not be stopped. "
                    + $"End it yourself: kill -INT {id}");
            }
        }

        WaitForChildren(kind, data);

        // PostgreSQL takes any process of this user with the id in the file for a rival, even a zombie. It is not: nothing runs on this
        // folder. Where that is not certain (no /proc), the file of a dead process stays, and with it PostgreSQL's own, deeper check.
        if (OtherProcess.ReadId(pidFile) is { } stale && (OtherProcess.HasProc || OtherProcess.IsAlive(stale)))
        {
            File.Delete(pidFile);
        }
    }

    /// <summary>Waits until the children of a killed server have noticed and ended.</summary>
    /// <exception cref="EmbeddedServerException">They did not within a minute.</exception>
    public static void WaitForChildren(ServerKind kind, string data)
    {
        if (!OtherProcess.WaitUntil(() => OtherProcess.ServersOn(kind, data).Count == 0, TimeSpan.FromMinutes(1)))
        {
            throw new EmbeddedServerException(
                $"Processes of {kind.Name} still run on {data} and do not end: {string.Join(", ", OtherProcess.ServersOn(kind, data))}. "
                + "End them yourself (kill), then start again.");
        }
    }
}
