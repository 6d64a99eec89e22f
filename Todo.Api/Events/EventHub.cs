using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Events;

/// <summary>Who listens to which tenant's events at this process.</summary>
internal sealed class EventHub
{
    private readonly IDbContextFactory<TenantDbContext> _contexts;
    private readonly EventBus _bus;
    private readonly EventMetrics _metrics;
    private readonly EventOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<EventHub> _logger;
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, EventFeed> _feeds = [];
    private readonly Dictionary<Guid, int> _tenants = [];
    private readonly Dictionary<(Guid Tenant, Guid Person), int> _people = [];
    private int _streams;

    public EventHub(IDbContextFactory<TenantDbContext> contexts, EventBus bus, EventMetrics metrics, IOptions<EventOptions> options, TimeProvider clock, ILogger<EventHub> logger)
    {
        (_contexts, _bus, _metrics, _options, _clock, _logger) = (contexts, bus, metrics, options.Value, clock, logger);
        metrics.Observe(() => Volatile.Read(ref _streams));
    }

    /// <summary>Listens to a tenant's events as somebody, until it is disposed. Null: this person or the tenant has too many open.</summary>
    public async Task<EventSubscription?> SubscribeAsync(TenantSchema schema, Guid person, CancellationToken cancellationToken)
    {
        var who = (schema.TenantId, person);
        EventFeed feed;
        lock (_lock)
        {
            if (!TryCount(who))
            {
                return null;
            }

            if (_feeds.TryGetValue(schema.TenantId, out var found))
            {
                feed = found;
            }
            else
            {
                feed = new EventFeed(schema, _contexts, _bus, _metrics, _options, _clock, _logger);
                _feeds.Add(schema.TenantId, feed);
                feed.Start();
            }

            feed.Holders++;
        }

        try
        {
            var reader = await feed.AddAsync(person, cancellationToken);
            return new EventSubscription(reader, () =>
            {
                feed.Remove(reader);
                Leave(who, feed);
            });
        }
        catch
        {
            Leave(who, feed);
            throw;
        }
    }

    /// <summary>
    /// Reads what there is in the caller's tenant as somebody, without listening, until it is disposed. It asks for itself where positions end: a feed may not
    /// have heard yet of what is committed. Null: as above.
    /// </summary>
    public async Task<EventSubscription?> ReadAsync(TenantDbContext tenant, Guid person, CancellationToken cancellationToken)
    {
        var who = (tenant.Schema!.Value.TenantId, person);
        lock (_lock)
        {
            if (!TryCount(who))
            {
                return null;
            }
        }

        try
        {
            await EventOrder.PlaceAsync(tenant, cancellationToken);

            // Nothing is ever offered to it.
            var reader = new EventReader(person, await EventOrder.HeadAsync(tenant, cancellationToken), buffer: 1);
            return new EventSubscription(reader, () =>
            {
                reader.Dispose();
                Leave(who, feed: null);
            });
        }
        catch
        {
            Leave(who, feed: null);
            throw;
        }
    }

    // Whoever calls this holds the lock.
    private bool TryCount((Guid Tenant, Guid Person) who)
    {
        var (own, all) = (_people.GetValueOrDefault(who), _tenants.GetValueOrDefault(who.Tenant));
        if (own >= _options.StreamsPerPerson || all >= _options.StreamsPerTenant)
        {
            return false;
        }

        _people[who] = own + 1;
        _tenants[who.Tenant] = all + 1;
        _streams++;
        return true;
    }

    private void Leave((Guid Tenant, Guid Person) who, EventFeed? feed)
    {
        lock (_lock)
        {
            _streams--;
            if (--_people[who] == 0)
            {
                _people.Remove(who);
            }

            if (--_tenants[who.Tenant] == 0)
            {
                _tenants.Remove(who.Tenant);
            }

            if (feed is not null && --feed.Holders == 0)
            {
                _feeds.Remove(who.Tenant);
                feed.Dispose();
            }
        }
    }
}

/// <summary>A reader, as long as it listens or reads.</summary>
internal sealed class EventSubscription(EventReader reader, Action leave) : IDisposable
{
    public EventReader Reader => reader;

    public void Dispose() => leave();
}
