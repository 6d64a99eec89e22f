using System.Diagnostics;
using System.Globalization;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// A shell that outlives the AppHost just long enough to stop what the AppHost, killed, could not stop.
/// It reads a pipe whose other end only the AppHost holds, so that the kernel itself tells it of the AppHost's death.
/// <para>Every start is announced before it happens, under a name that the new process has in its environment, and the announcement is taken
/// back once the process's id is known. So there is no moment in which a process runs that the watchdog could not find.</para>
/// </summary>
internal sealed class Watchdog : IDisposable
{
    // Gently first: a database that is told to stop leaves its files in order, one that is killed has to recover them.
    // TERM, after 4 s INT (PostgreSQL: don't wait for clients), after 8 s QUIT (PostgreSQL: at once), after 10 s KILL.
    // What was announced is looked for during the first 2 s: it may not have come to its environment yet. A process that has not come to lead
    // a group of its own yet is sent the signal by itself.
    private const string Script = """
        trap '' INT HUP TERM
        exec >/dev/null 2>&1
        groups='' starts=''
        without() { for x in $1; do [ "$x" = "$2" ] || printf ' %s' "$x"; done; }
        send() { kill -s "$1" -- "-$2" || kill -s "$1" "$2"; }
        marked() {
          if [ -r /proc/self/environ ]; then
            grep -l -s -e "$1" /proc/[0-9]*/environ | while IFS=/ read -r _ _ pid _; do printf ' %s' "$pid"; done
          else
            ps -axEww -o pid= -o command= | grep -e "$1" | while read -r pid _; do printf ' %s' "$pid"; done
          fi
        }
        while read -r verb what; do
          case "$verb" in
            start) starts="$starts $what" ;;
            started) starts=$(without "$starts" "$what") ;;
            add) groups="$groups $what" ;;
            drop) groups=$(without "$groups" "$what") ;;
            end) exit 0 ;;
          esac
        done
        tick=0
        while [ "$tick" -le 50 ]; do
          [ "$tick" -lt 10 ] || starts=''
          for s in $starts; do
            for p in $(marked "MARKER=$s"); do
              case " $groups " in *" $p "*) ;; *) groups="$groups $p"; [ "$tick" -eq 0 ] || send TERM "$p" ;; esac
            done
          done
          alive=''
          for g in $groups; do
            if kill -s 0 -- "-$g" || kill -s 0 "$g"; then alive="$alive $g"; fi
          done
          groups="$alive"
          [ -n "$groups$starts" ] || exit 0
          case "$tick" in
            0) signal=TERM ;;
            20) signal=INT ;;
            40) signal=QUIT ;;
            50) signal=KILL ;;
            *) signal='' ;;
          esac
          if [ -n "$signal" ]; then
            for g in $groups; do send "$signal" "$g"; done
          fi
          tick=$((tick + 1))
          sleep 0.2
        done
        """;

    /// <summary>The variable by which a process is found that was started, but whose id the AppHost could not tell any more.</summary>
    public const string Marker = "LOCALASPIRE_START";

    private readonly Lock _lock = new();
    private Process? _shell;

    /// <summary>Tells of a start that is about to happen. The process is to have the answer as its <see cref="Marker"/>.</summary>
    public string Announce()
    {
        Start();
        var name = Guid.NewGuid().ToString("N");
        Say($"start {name}");
        return name;
    }

    /// <summary>Takes an announcement back: the start has failed, or the process was added.</summary>
    public void Settle(string name) => Say($"started {name}");

    public void Add(int group) => Say($"add {group.ToString(CultureInfo.InvariantCulture)}");

    public void Drop(int group) => Say($"drop {group.ToString(CultureInfo.InvariantCulture)}");

    public void Dispose()
    {
        Say("end");
        lock (_lock)
        {
            _shell?.StandardInput.Dispose();
            _shell?.WaitForExit(TimeSpan.FromSeconds(30));
            _shell?.Dispose();
            _shell = null;
        }
    }

    private void Start()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        lock (_lock)
        {
            if (_shell is null)
            {
                var (command, arguments) = NewSession.Wrap("/bin/sh", ["-c", Script.Replace("MARKER", Marker, StringComparison.Ordinal)]);
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
