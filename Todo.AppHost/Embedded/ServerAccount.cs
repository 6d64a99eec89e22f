using System.Globalization;

namespace Todo.AppHost.Embedded;

/// <summary>
/// The unprivileged account a server runs under when we are root ourselves: PostgreSQL refuses to run as root, and Redis has no need to.
/// </summary>
internal sealed record ServerAccount(string Name, int UserId, int GroupId)
{
    /// <summary>
    /// Chooses the account for a server with this folder; null when we are not root and so run it as ourselves. In this order: whoever
    /// owns the data already; whoever owns the checkout (root by <c>sudo</c> in somebody's home); <c>postgres</c>; <c>nobody</c>.
    /// </summary>
    public static ServerAccount? Choose(string folder)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return null;
        }

        var data = Path.Combine(folder, ServerFolder.DataName);
        var existing = Directory.Exists(data) ? data : folder;
        while (!Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing)!;
        }

        var owner = FileOwner.Of(existing).ToString(CultureInfo.InvariantCulture);
        return new[] { owner, "postgres", "nobody" }.Select(Find).FirstOrDefault(account => account is { UserId: > 0 })
            ?? throw new EmbeddedServerException(
                "Database servers do not run as root, and this system has neither a user 'postgres' nor 'nobody' to run them as. "
                + "Start as an ordinary user, or create one: useradd --system postgres");
    }

    /// <summary>The account of this name or numeric id, or null if the system knows none: PostgreSQL insists on a name for its user id.</summary>
    public static ServerAccount? Find(string nameOrId)
    {
        var name = Command.Run(["id", "-un", nameOrId]);
        var user = Command.Run(["id", "-u", nameOrId]);
        var group = Command.Run(["id", "-g", nameOrId]);
        return name.Succeeded && user.Succeeded && group.Succeeded
            ? new ServerAccount(
                name.Output,
                int.Parse(user.Output, CultureInfo.InvariantCulture),
                int.Parse(group.Output, CultureInfo.InvariantCulture))
            : null;
    }

    /// <summary>
    /// The command that runs <paramref name="command"/> under this account. <c>setpriv</c> becomes the program itself, so that signals
    /// and the process id are the server's own; <c>runuser</c> and <c>su</c> stay in between and are for systems without it.
    /// </summary>
    public IReadOnlyList<string> Wrap(IReadOnlyList<string> command) => Wrap(command, Switch.Value);

    /// <summary>As <see cref="Wrap(IReadOnlyList{string})"/>, with a given program to switch users by.</summary>
    public IReadOnlyList<string> Wrap(IReadOnlyList<string> command, string program) => Path.GetFileName(program) switch
    {
        "setpriv" => [program, $"--reuid={UserId}", $"--regid={GroupId}", "--clear-groups", "--", .. command],
        "runuser" => [program, "-u", Name, "--", .. command],
        _ => [program, "-s", "/bin/sh", "-c", "exec \"$0\" \"$@\"", "--", Name, .. command],
    };

    private static readonly Lazy<string> Switch = new(() =>
        (Command.Find("setpriv") is { } setpriv && Command.Run([setpriv, "--help"]).Output.Contains("--reuid", StringComparison.Ordinal)
            ? setpriv
            : Command.Find("runuser") ?? Command.Find("su"))
        ?? throw new EmbeddedServerException(
            "Database servers do not run as root, and none of setpriv, runuser and su is on the PATH to switch to another user. "
            + "Start as an ordinary user, or install util-linux."));
}
