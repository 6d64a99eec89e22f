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
    ];

    /// <summary>Adds a member.</summary>
    internal Task<TenantClient> MemberAsync(TenantClient owner) => AddPersonAsync(owner.Slug, BuiltInRole.Member);
}

/// <summary>The same, where each request but a stream has seconds, and one turn is all that a tenant has: who finds it taken is refused at once.</summary>
public sealed class StrictEventHost : EventHost
{
    /// <summary>How long a request may take.</summary>
    public static readonly TimeSpan RequestTime = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => [.. base.Arguments, $"--Requests:Timeout={RequestTime}", "--Traffic:TenantConcurrency=1", "--Traffic:TenantQueue=0"];
}

/// <summary>An API that, once it listens to Redis, hears of news only through that.</summary>
public sealed class AnnouncedEventsHost : ApiHost
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => ["--Events:Interval=00:10:00", "--Events:Buffer=100"];
}
