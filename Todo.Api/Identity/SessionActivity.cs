using System.Threading.Channels;
using Microsoft.Extensions.Caching.Memory;

namespace Todo.Api.Identity;

/// <summary>
/// Takes note of which sessions are in use, at most once a minute for each, so that <see cref="SessionActivityWriter"/> can write it down. A
/// request does not wait for that.
/// </summary>
public sealed class SessionActivity : IDisposable
{
    /// <summary>How exactly the last use of a session is known.</summary>
    public static readonly TimeSpan Precision = TimeSpan.FromMinutes(1);

    // More than that wait for the writer only while the database is away; then the newest are left out, and noted again later.
    private const int Most = 10_000;

    private readonly Channel<SeenSession> _seen = Channel.CreateBounded<SeenSession>(new BoundedChannelOptions(Most) { FullMode = BoundedChannelFullMode.DropWrite });

    // What a replica has loaded or taken from Redis is from before the note, and asks for it again.
    private readonly MemoryCache _noted = new(new MemoryCacheOptions { SizeLimit = Most });

    internal ChannelReader<SeenSession> Seen => _seen.Reader;

    /// <summary>The session is in use.</summary>
    public void Note(AccessToken token, SessionEntry session, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(session);
        var isDue = session.LastSeenAt is not { } last || now - last >= Precision;
        if (!isDue || !session.TryNote())
        {
            return;
        }

        var key = Convert.ToHexString(token.Hash);
        if (!_noted.TryGetValue(key, out _))
        {
            _noted.Set(key, key, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = Precision, Size = 1 });
            _seen.Writer.TryWrite(new SeenSession(token.TenantId, token.Hash, IsRenewed(session, now) ? session.LifetimeDays : null));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _noted.Dispose();

    // Renewed in its second half only: twice in its lifetime is enough, and once a minute would be a write too many.
    private static bool IsRenewed(SessionEntry session, DateTimeOffset now) => session.ExpiresAt - now < TimeSpan.FromDays(session.LifetimeDays) / 2;
}

/// <summary>A session that is in use.</summary>
/// <param name="TenantId">Its tenant.</param>
/// <param name="Hash">The hash of its token.</param>
/// <param name="RenewedForDays">For how long it is renewed; null: it is not.</param>
internal sealed record SeenSession(Guid TenantId, byte[] Hash, int? RenewedForDays);
