using System.Diagnostics;
using OpenTelemetry;

namespace Todo.ServiceDefaults;

/// <summary>
/// Sends what was sampled at once, and holds the rest back until the trace's part in this process ends: if that failed or took long, it is sent too,
/// else forgotten. So errors and slow requests are there whatever share is sampled.
/// </summary>
/// <remarks>
/// What is held hangs on the local root itself, so that it goes with it, whether or not the root ever ends. Of one trace at most
/// <see cref="MostHeld"/> spans are held; how many more there were is in <c>todo.trace.left_out</c> of its root.
/// </remarks>
internal sealed class TraceKeeper(BaseProcessor<Activity> sender, TimeSpan slow) : CompositeProcessor<Activity>([sender])
{
    /// <summary>Spans of one trace that are held.</summary>
    public const int MostHeld = 128;

    /// <summary>A request or a run that takes longer is sent whatever share of the traces is, unless <c>Telemetry:SlowRequest</c> says otherwise.</summary>
    public static readonly TimeSpan DefaultSlow = TimeSpan.FromSeconds(1);

    private const string Property = "todo.held";

    private readonly ActivityListener _exceptions = ExceptionText.Listen();

    public override void OnEnd(Activity data)
    {
        if (data.Recorded)
        {
            Send(data);
        }
        else if (data.Parent is null)
        {
            EndOfTrace(data);
        }
        else
        {
            Hold(data);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _exceptions.Dispose();
        }

        base.Dispose(disposing);
    }

    private void EndOfTrace(Activity root)
    {
        var held = root.GetCustomProperty(Property) as Held;
        if (root.Status != ActivityStatusCode.Error && root.Duration < slow)
        {
            held?.Close();
            return;
        }

        root.ActivityTraceFlags |= ActivityTraceFlags.Recorded;
        foreach (var span in held?.Close() ?? [])
        {
            SendHeld(span);
        }

        if (held?.LeftOut > 0)
        {
            root.SetTag("todo.trace.left_out", held.LeftOut);
        }

        Send(root);
    }

    private void Hold(Activity span)
    {
        var root = span.Parent!;
        while (root.Parent is { } parent)
        {
            root = parent;
        }

        if (root.IsStopped)
        {
            // It outlived its root.
            if (root.Recorded)
            {
                SendHeld(span);
            }

            return;
        }

        // A span that was taken out of a trace that is sent.
        if (root.Recorded)
        {
            return;
        }

        if (root.GetCustomProperty(Property) is not Held held)
        {
            lock (root)
            {
                held = root.GetCustomProperty(Property) as Held ?? new Held();
                root.SetCustomProperty(Property, held);
            }
        }

        held.Add(span);
    }

    private void SendHeld(Activity span)
    {
        span.ActivityTraceFlags |= ActivityTraceFlags.Recorded;
        Send(span);
    }

    // To the sender; what the base class adds is that it is told of the provider, flushed and shut down.
    private void Send(Activity span)
    {
        DatabaseSpans.Complete(span);
        base.OnEnd(span);
    }

    private sealed class Held
    {
        private readonly List<Activity> _spans = new(8);
        private bool _isClosed;

        public int LeftOut { get; private set; }

        public void Add(Activity span)
        {
            lock (_spans)
            {
                if (_isClosed)
                {
                    return;
                }

                if (_spans.Count < MostHeld)
                {
                    _spans.Add(span);
                }
                else
                {
                    LeftOut++;
                }
            }
        }

        public List<Activity> Close()
        {
            lock (_spans)
            {
                _isClosed = true;
                return _spans;
            }
        }
    }
}
