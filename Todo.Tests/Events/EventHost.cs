using Todo.Data.Access;
using Todo.Tests.Api;

namespace Todo.Tests.Events;

/// <summary>An API whose streams say something all the time, and which finds by itself what nobody announced.</summary>
public class EventHost : ApiHost
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments =>
    [
        "--Tenants:ChangeInterval=00:00:00.100", "--Events:Heartbeat=00:00:00.050", "--Events:Interval=00:00:00.100", "--Events:StreamsPerPerson=3", "--Events:Buffer=2000",
        "--Requests:Timeout=00:00:02", "--Traffic:TenantConcurrency=1", "--Traffic:TenantQueue=50",
    ];

    /// <summary>Adds a member.</summary>
    internal Task<TenantClient> MemberAsync(TenantClient owner) => AddPersonAsync(owner.Slug, BuiltInRole.Member);
}

/// <summary>An API that hears of news only through Redis.</summary>
public sealed class AnnouncedEventsHost : ApiHost
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => ["--Events:Interval=00:10:00", "--Events:IntervalWithoutRedis=00:10:00", "--Events:Buffer=100"];
}
