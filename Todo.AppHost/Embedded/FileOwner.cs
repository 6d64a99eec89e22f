using System.Globalization;

namespace Todo.AppHost.Embedded;

/// <summary>Who owns a file, which .NET does not tell on Unix.</summary>
internal static class FileOwner
{
    /// <summary>The user id of the owner of a file or folder. <c>ls -n</c> is the one way that Linux, BusyBox and macOS share.</summary>
    public static uint Of(string path)
    {
        var listing = Command.Run(["ls", "-nd", path]);
        var fields = listing.Output.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return listing.Succeeded && fields.Length > 3 && uint.TryParse(fields[2], CultureInfo.InvariantCulture, out var owner)
            ? owner
            : throw new EmbeddedServerException($"The owner of {path} could not be found out: {listing.Output}");
    }

    /// <summary>Gives files and folders (not what is in them) to <paramref name="account"/>. Needs root.</summary>
    public static void Give(ServerAccount account, params IEnumerable<string> paths)
    {
        var result = Command.Run(["chown", "-h", $"{account.UserId}:{account.GroupId}", .. paths]);
        if (!result.Succeeded)
        {
            throw new EmbeddedServerException($"Files could not be given to user {account.Name}: {result.Output}");
        }
    }
}
