using System.Threading.Channels;
using Todo.Data.Tenants;

namespace Todo.Api.Events;

/// <summary>Somebody who listens to a tenant's events. What they may know of waits here for them, but not without end.</summary>
internal sealed class EventReader(Guid person, long start, int buffer) : IDisposable
{
    private readonly Channel<TenantEvent> _waiting = Channel.CreateBounded<TenantEvent>(new BoundedChannelOptions(buffer) { SingleReader = true, SingleWriter = true });
    private readonly CancellationTokenSource _dropped = new();

    /// <summary>Who.</summary>
    public Guid Person => person;

    /// <summary>They get what comes after this position.</summary>
    public long Start => start;

    /// <summary>What they may know of, in order.</summary>
    public ChannelReader<TenantEvent> Waiting => _waiting.Reader;

    /// <summary>They were too slow, and get nothing more.</summary>
    public CancellationToken Dropped => _dropped.Token;

    /// <summary>False: there was no room, for the first time.</summary>
    public bool Offer(TenantEvent one)
    {
        if (_dropped.IsCancellationRequested || _waiting.Writer.TryWrite(one))
        {
            return true;
        }

        _ = _dropped.CancelAsync();
        return false;
    }

    public void Dispose() => _dropped.Dispose();
}
