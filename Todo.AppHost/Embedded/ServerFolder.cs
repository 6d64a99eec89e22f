using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Todo.AppHost.Embedded;

/// <summary>
/// The folder of one embedded server: <c>data/</c> and, beside it, the lock, the password, the last port and the log.
/// Whoever holds it open holds its lock; the operating system lets go of the lock when that process ends, however it ends.
/// </summary>
internal sealed class ServerFolder : IDisposable
{
    public const string DataName = "data";

    public const string LockName = "lock";

    /// <summary>Where data lives when the server's account cannot reach the checkout.</summary>
    public const string SystemRoot = "/var/lib/todo";

    private const UnixFileMode PublicFolder =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode PublicFile = SecretFile | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode SecretFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // EWOULDBLOCK, which .NET passes on as it is.
    private const int LockedOnLinux = 11;
    private const int LockedOnMacOS = 35;

    private readonly FileStream _lock;

    private ServerFolder(string path, ServerAccount? account, FileStream heldLock)
    {
        Path = path;
        Account = account;
        _lock = heldLock;
    }

    /// <summary>The folder itself, without symbolic links in it, so that it can be compared with what the system says of a process.</summary>
    public string Path { get; }

    /// <summary>The account the server runs under, or null for our own.</summary>
    public ServerAccount? Account { get; }

    public string Data => In(DataName);

    public string LogFile => In("log");

    private string PasswordFile => In("password");

    private string PortFile => In("port");

    /// <summary>Opens the folder given, or a new throw-away one after removing those of dead runs.</summary>
    /// <exception cref="EmbeddedServerException">In use by another launcher, owned by another user, not writable, or on Windows.</exception>
    public static ServerFolder Open(ServerKind kind, string? wanted, Action<string> report)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new EmbeddedServerException(
                $"{kind.Name} as a local process is for Linux and macOS. On Windows, start Docker Desktop or Podman, or work inside WSL.");
        }

        if (wanted is null)
        {
            ThrowAwayFolder.Sweep(kind, report);
        }

        return Open(wanted ?? ThrowAwayFolder.New(kind));
    }

    /// <summary>
    /// Opens the folder for one launcher at a time, creating it as needed. As root, a folder out of reach of the server's account
    /// is replaced by one under <see cref="SystemRoot"/>, and a README in the wanted folder says so.
    /// </summary>
    /// <exception cref="EmbeddedServerException">In use by another launcher, owned by another user, or not writable.</exception>
    public static ServerFolder Open(string wanted)
    {
        wanted = System.IO.Path.GetFullPath(wanted);
        try
        {
            var account = ServerAccount.Choose(wanted);
            var path = Create(wanted, account);
            if (account is not null && !CanUse(path, account))
            {
                path = Create(SystemFolderOf(path), account);
                File.WriteAllText(
                    System.IO.Path.Combine(wanted, "README"),
                    $"The data of this server is in {path}, because it runs as user {account.Name}, who cannot reach this folder.\n");
            }

            RefuseForeignData(path);
            var folder = new ServerFolder(path, account, Lock(path));
            folder.DeleteUnfinished();
            Touch(folder.LogFile, PublicFile);
            folder.Own(folder.Path, folder.In(LockName), folder.In("owner"), folder.LogFile);
            return folder;
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw new EmbeddedServerException(
                $"The folder {wanted} cannot be used for a server's data: {error.Message} Make it writable for this user, or move it away.",
                error);
        }
    }

    /// <summary>Does some work in this folder; if it fails, lets go of the folder and says what failed in our own terms.</summary>
    public T DisposeOnError<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception error)
        {
            Dispose();
            if (error is UnauthorizedAccessException or IOException)
            {
                throw new EmbeddedServerException($"The folder {Path} cannot be used for a server's data: {error.Message}", error);
            }

            throw;
        }
    }

    /// <summary>Makes the data folder, if it is not there, for the server's account alone.</summary>
    public void CreateData()
    {
        Directory.CreateDirectory(Data);
        SetMode(Data, SecretFile | UnixFileMode.UserExecute);
        Own(Data);
    }

    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>
    /// The password of this data folder: the one on file, or a new one, which the caller has to tell the server (<paramref name="isNew"/>).
    /// Letters, digits, <c>-</c> and <c>_</c>, so that it needs no quoting anywhere; 192 bits.
    /// </summary>
    public string ReadOrCreatePassword(out bool isNew)
    {
        if (File.Exists(PasswordFile) && File.ReadAllText(PasswordFile).Trim() is { Length: > 0 } kept)
        {
            isNew = false;
            return kept;
        }

        isNew = true;
        return Convert.ToBase64String(RandomNumberGenerator.GetBytes(24)).Replace('+', '-').Replace('/', '_');
    }

    public void KeepPassword(string password) => WriteSecret(PasswordFile, password);

    /// <summary>Writes a file that only the server's account (and root) can read.</summary>
    public void WriteSecret(string file, string text)
    {
        File.Delete(file);
        Touch(file, SecretFile);
        File.WriteAllText(file, text);
        Own(file);
    }

    /// <summary>
    /// A free port on the loopback address: the last one used if it still is free (bookmarks go on working), else the next free one.
    /// A first port follows from the folder's path: below 30000, so outside the range systems hand out to outgoing connections.
    /// </summary>
    public int ChoosePort()
    {
        var first = File.Exists(PortFile) && int.TryParse(File.ReadAllText(PortFile), CultureInfo.InvariantCulture, out var last)
            && last is > 1023 and < 65536
                ? last
                : 20000 + (SHA256.HashData(Encoding.UTF8.GetBytes(Path)) is var hash ? ((hash[0] << 8) | hash[1]) % 9000 : 0);
        for (var port = first; port < first + 1000 && port < 65536; port++)
        {
            if (IsFree(port))
            {
                File.WriteAllText(PortFile, port.ToString(CultureInfo.InvariantCulture));
                Own(PortFile);
                return port;
            }
        }

        throw new EmbeddedServerException($"No port from {first} on is free on 127.0.0.1. Write a free one into {PortFile}.");
    }

    /// <summary>Gives files in this folder to the server's account, if it is another one than ours.</summary>
    public void Own(params IEnumerable<string> paths)
    {
        if (Account is not null)
        {
            FileOwner.Give(Account, paths);
        }
    }

    /// <summary>The command as the server's account runs it.</summary>
    public IReadOnlyList<string> AsServer(params IReadOnlyList<string> command) => Account?.Wrap(command) ?? command;

    /// <summary>
    /// Deletes all of it, the lock's file last: a process that is ended in the middle of this leaves a folder that still can be recognised
    /// as abandoned. Does nothing if it is gone already.
    /// </summary>
    public void Delete()
    {
        if (!Directory.Exists(Path))
        {
            return;
        }

        foreach (var folder in Directory.GetDirectories(Path))
        {
            Directory.Delete(folder, recursive: true);
        }

        foreach (var file in Directory.GetFiles(Path).Where(file => file != In(LockName)))
        {
            File.Delete(file);
        }

        File.Delete(In(LockName));
        Directory.Delete(Path);
    }

    /// <summary>Lets go of the lock.</summary>
    public void Dispose() => _lock.Dispose();

    /// <summary>
    /// A new path for half-finished work in this folder, which the next launcher deletes. New each time, because the programs of a killed
    /// launcher go on writing for a while to where they were told to.
    /// </summary>
    public string Unfinished(string name) => In($"{name}.{System.IO.Path.GetRandomFileName()}{UnfinishedSuffix}");

    private const string UnfinishedSuffix = ".unfinished";

    private void DeleteUnfinished()
    {
        foreach (var entry in Directory.GetDirectories(Path, "*" + UnfinishedSuffix))
        {
            try
            {
                Directory.Delete(entry, recursive: true);
            }
            catch (IOException)
            {
                // Somebody is still writing there; the next start deletes it.
            }
        }
    }

    private static string Create(string path, ServerAccount? account)
    {
        var missing = new Stack<string>();
        for (var folder = path; !Directory.Exists(folder); folder = System.IO.Path.GetDirectoryName(folder)!)
        {
            missing.Push(folder);
        }

        foreach (var folder in missing)
        {
            Directory.CreateDirectory(folder);

            // Set, not only asked for: a umask of 077 would shut the server's account out.
            SetMode(folder, PublicFolder);
            if (account is not null)
            {
                FileOwner.Give(account, folder);
            }
        }

        var resolved = Command.Run(["pwd", "-P"], workingDirectory: path);
        return resolved.Succeeded ? resolved.Output : path;
    }

    private static bool CanUse(string path, ServerAccount account) =>
        Command.Run(account.Wrap(["test", "-r", path, "-a", "-x", path])).Succeeded;

    private static string SystemFolderOf(string path)
    {
        var home = System.IO.Path.GetDirectoryName(path)!;
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(home)))[..16];
        return System.IO.Path.Combine(SystemRoot, key, System.IO.Path.GetFileName(path));
    }

    private static void RefuseForeignData(string path)
    {
        var data = System.IO.Path.Combine(path, DataName);
        if (!Environment.IsPrivilegedProcess && Directory.Exists(data) && FileOwner.Of(data) is var owner && owner != Native.CurrentUserId)
        {
            var name = ServerAccount.Find(owner.ToString(CultureInfo.InvariantCulture))?.Name ?? "unknown";
            throw new EmbeddedServerException(
                $"The data folder {data} belongs to user {name} (id {owner}), perhaps since a start as root. "
                + $"Start as that user or as root again, or take it over: sudo chown -R $(id -u):$(id -g) {path}");
        }
    }

    private static FileStream Lock(string path)
    {
        var lockFile = System.IO.Path.Combine(path, LockName);
        var ownerFile = System.IO.Path.Combine(path, "owner");
        FileStream held;
        try
        {
            // Sharing nothing is an exclusive flock on Unix. The file stays behind on purpose: deleting it would let two launchers in.
            held = new FileStream(lockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (error.HResult is LockedOnLinux or LockedOnMacOS)
        {
            throw new EmbeddedServerException(
                $"The folder {path} is in use by {OtherOwner(ownerFile)}. One start per checkout at a time: stop that one first "
                + "(Ctrl+C in its terminal), or start from another checkout.");
        }

        File.WriteAllText(ownerFile, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n"));
        return held;
    }

    private static string OtherOwner(string ownerFile)
    {
        try
        {
            var id = int.Parse(File.ReadAllText(ownerFile), CultureInfo.InvariantCulture);
            return id == Environment.ProcessId ? $"this same process ({id})" : $"process {id} ({OtherProcess.CommandLine(id)})";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            return "another process";
        }
    }

    private static void Touch(string file, UnixFileMode mode)
    {
        var create = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            create.UnixCreateMode = mode;
        }

        File.Open(file, create).Dispose();
        SetMode(file, mode);
    }

    private static void SetMode(string path, UnixFileMode mode)
    {
        // Embedded servers refuse Windows long before; the compiler cannot know.
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    /// <summary>Whether nobody listens there. Binding alone misses, on macOS, a listener on all addresses; hence the attempt to connect.</summary>
    private static bool IsFree(int port)
    {
        try
        {
            using var connection = new TcpClient();
            connection.Connect(IPAddress.Loopback, port);
            return false;
        }
        catch (SocketException)
        {
        }

        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
