using System.Diagnostics;
using System.Globalization;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// A shell that outlives the AppHost just long enough to stop what the AppHost, killed, could not stop.
/// It reads a pipe whose other end only the AppHost holds, so that the kernel itself tells it of the AppHost's death.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    // Gently first: a database that is told to stop leaves its files in order, one that is killed has to recover them.
    // TERM, after 4 s INT (PostgreSQL: don't wait for clients), after 8 s QUIT (PostgreSQL: at once), after 10 s KILL.
    private const string Script = """
        trap '' INT HUP TERM
        exec >/dev/null 2>&1
        groups=''
        while read -r verb group; do
          case "$verb" in
            add) groups="$groups $group" ;;
            drop)
              kept=''
              for g in $groups; do [ "$g" = "$group" ] || kept="$kept $g"; done
              groups="$kept" ;;
            end) exit 0 ;;
          esac
        done
        tick=0
        while [ "$tick" -le 50 ]; do
          alive=''
          for g in $groups; do
            kill -s 0 -- "-$g" && alive="$alive $g"
          done
          groups="$alive"
          [ -n "$groups" ] || exit 0
          case "$tick" in
            0) signal=TERM ;;
            20) signal=INT ;;
            40) signal=QUIT ;;
            50) signal=KILL ;;
            *) signal='' ;;
          esac
          if [ -n "$signal" ]; then
            for g in $groups; do kill -s "$signal" -- "-$g"; done
          fi
          tick=$((tick + 1))
          sleep 0.2
        done
        """;

    private readonly Lock _lock = new();
    private Process? _shell;

    public void Add(int group) => Say($"add {group.ToString(CultureInfo.InvariantCulture)}");

    public void Drop(int group) => Say($"drop {group.ToString(CultureInfo.InvariantCulture)}");

    public void Dispose()
    {
        Say("end");
        lock (_lock)
        {
            _shell?.StandardInput.Dispose();
            _shell?.WaitForExit(TimeSpan.FromSeconds(5));
            _shell?.Dispose();
            _shell = null;
        }
    }

    public void Start()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        lock (_lock)
        {
            if (_shell is null)
            {
                var (command, arguments) = NewSession.Wrap("/bin/sh", ["-c", Script]);
                _shell = Process.Start(new ProcessStartInfo(command, arguments)
                {
                    WorkingDirectory = "/",
                    RedirectStandardInput = true,

                    // It says nothing, but must not hold the AppHost's own output open.
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                });
            }
        }
    }

    private void Say(string line)
    {
        lock (_lock)
        {
            try
            {
                _shell?.StandardInput.Write(line + "\n");
                _shell?.StandardInput.Flush();
            }
            catch (IOException)
            {
                // Somebody ended the watchdog: the application still works, only unwatched.
            }
        }
    }
}
