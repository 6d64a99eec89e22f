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
            var (own, isNew) = (_people.GetValueOrDefault(who), !_feeds.TryGetValue(schema.TenantId, out var found));
            if (own >= _options.StreamsPerPerson || found?.Holders >= _options.StreamsPerTenant)
            {
                return null;
            }

            feed = found ?? new EventFeed(schema, _contexts, _bus, _metrics, _options, _clock, _logger);
            if (isNew)
            {
                _feeds.Add(schema.TenantId, feed);
                feed.Start();
            }

            feed.Holders++;
            _people[who] = own + 1;
            _streams++;
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

    private void Leave((Guid Tenant, Guid Person) who, EventFeed feed)
    {
        lock (_lock)
        {
            _streams--;
            if (--_people[who] == 0)
            {
                _people.Remove(who);
            }

            if (--feed.Holders == 0)
            {
                _feeds.Remove(who.Tenant);
                feed.Dispose();
            }
        }
    }
}

/// <summary>A reader, as long as it listens.</summary>
internal sealed class EventSubscription(EventReader reader, Action leave) : IDisposable
{
    public EventReader Reader => reader;

    public void Dispose() => leave();
}
