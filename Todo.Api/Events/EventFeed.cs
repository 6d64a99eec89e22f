using Microsoft.EntityFrameworkCore;
using Npgsql;
using OpenTelemetry;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Events;

/// <summary>One tenant's events, as long as somebody at this process listens to them: read once for all who do, with one question for who of them may know of what.</summary>
internal sealed partial class EventFeed(TenantSchema schema, IDbContextFactory<TenantDbContext> contexts, EventBus bus, EventMetrics metrics, EventOptions options, TimeProvider clock, ILogger logger)
    : IDisposable
{
    private const int AtOnce = 200;

    private readonly Lock _lock = new();
    private readonly List<EventReader> _readers = [];
    private readonly SemaphoreSlim _news = new(0, 1);
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _position;
    private bool _isAway;

    /// <summary>How many hold this; whoever changes it holds the hub's lock.</summary>
    public int Holders { get; set; }

    /// <summary>Begins, outside of the request that was the first to listen: its traces and log lines would otherwise name that one for as long as it lasts.</summary>
    public void Start()
    {
        var stop = _ended.Token;
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(() => RunAsync(stop), CancellationToken.None);
        }
    }

    /// <summary>Ends, once nobody listens any more.</summary>
    public void Dispose()
    {
        _ended.Cancel();
        _ended.Dispose();
        _news.Dispose();
    }

    /// <summary>Somebody listens from now on.</summary>
    public async Task<EventReader> AddAsync(Guid person, CancellationToken cancellationToken)
    {
        await _ready.Task.WaitAsync(cancellationToken);
        lock (_lock)
        {
            var reader = new EventReader(person, _position, options.Buffer);
            _readers.Add(reader);
            return reader;
        }
    }

    /// <summary>Somebody listens no more.</summary>
    public void Remove(EventReader reader)
    {
        lock (_lock)
        {
            _readers.Remove(reader);
        }

        reader.Dispose();
    }

    private async Task RunAsync(CancellationToken stop)
    {
        await using var announcements = bus.Listen(schema.TenantId, Wake);
        try
        {
            await BeginAsync(stop);
            while (true)
            {
                await announcements.EnsureAsync();
                await _news.WaitAsync(announcements.AreHeard ? options.Interval : options.IntervalWithoutRedis, stop);
                await TryDeliverAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            _ready.TrySetCanceled(CancellationToken.None);
        }
    }

    private void Wake()
    {
        try
        {
            _news.Release();
        }
        catch (Exception exception) when (exception is SemaphoreFullException or ObjectDisposedException)
        {
            // It is awake already, and has yet to look; or it has ended.
        }
    }

    // Whoever waits for the first look is told why it failed; whoever comes next has it tried again.
    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var quiet = SuppressInstrumentationScope.Begin();
            await using var tenant = await OpenAsync(cancellationToken);
            await EventOrder.PlaceAsync(tenant, cancellationToken);
            _position = await EventOrder.HeadAsync(tenant, cancellationToken);
            _ready.SetResult();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _ready.SetException(exception);
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
    }

    private async Task TryDeliverAsync(CancellationToken cancellationToken)
    {
        try
        {
            // A trace of every look would tell nothing.
            using var quiet = SuppressInstrumentationScope.Begin();
            await using var tenant = await OpenAsync(cancellationToken);
            await EventOrder.PlaceAsync(tenant, cancellationToken);
            while (await DeliverAsync(tenant, cancellationToken))
            {
            }

            _isAway = false;
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            if (!_isAway)
            {
                LogAway(schema.TenantId, exception.GetBaseException().Message);
            }

            _isAway = true;
        }
    }

    // Whether there may be more.
    private async Task<bool> DeliverAsync(TenantDbContext tenant, CancellationToken cancellationToken)
    {
        var events = await EventOrder.AfterAsync(tenant, _position, AtOnce, cancellationToken);
        if (events.Count == 0)
        {
            return false;
        }

        Guid[] lists = [.. events.Select(one => one.ListId).OfType<Guid>().Distinct()];
        var (asked, sees) = (new HashSet<Guid>(), new HashSet<(Guid Person, Guid List)>());
        while (true)
        {
            Guid[] unknown;
            lock (_lock)
            {
                unknown = [.. _readers.Select(reader => reader.Person).Distinct().Where(person => !asked.Contains(person))];
                if (unknown.Length == 0)
                {
                    Deliver(events, sees);
                    return true;
                }
            }

            // Whoever comes while this is asked starts before these events, and is asked about next.
            asked.UnionWith(unknown);
            sees.UnionWith(await EventOrder.AccessAsync(tenant, unknown, lists, cancellationToken));
        }
    }

    private void Deliver(List<TenantEvent> events, HashSet<(Guid Person, Guid List)> sees)
    {
        foreach (var one in events)
        {
            foreach (var reader in _readers)
            {
                var mayKnow = one.ListId is not { } list || sees.Contains((reader.Person, list)) || one.Audience?.Contains(reader.Person) == true;
                if (mayKnow && !reader.Offer(one))
                {
                    metrics.Dropped();
                    LogDropped(schema.TenantId, reader.Person);
                }
            }

            metrics.Told(clock.GetUtcNow() - one.At);
            _position = one.Position!.Value;
        }
    }

    private async Task<TenantDbContext> OpenAsync(CancellationToken cancellationToken)
    {
        var tenant = await contexts.CreateDbContextAsync(cancellationToken);
        tenant.Enter(schema);
        return tenant;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Can't read the events of tenant {Tenant}; those who listen get them later: {Reason}")]
    private partial void LogAway(Guid tenant, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "A stream of events of tenant {Tenant} was cut because {Person} reads too slowly")]
    private partial void LogDropped(Guid tenant, Guid person);
}
