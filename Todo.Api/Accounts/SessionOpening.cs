using Microsoft.EntityFrameworkCore;
using Todo.Api.Identity;
using Todo.Api.Settings;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Accounts;

/// <summary>Opens sessions, and writes down how attempts to went.</summary>
internal sealed class SessionOpening(IDbContextFactory<TenantDbContext> tenants, TimeProvider clock)
{
    /// <summary>Opens a session; null if the person may not sign in any more or has another password now.</summary>
    /// <param name="account">Whose; with the password hash that was compared.</param>
    /// <param name="days">How long it lasts without being used, 1 or 30; less if the tenant allows no more (<see cref="KnownSettings.LongestSession"/>).</param>
    /// <param name="origin">From where.</param>
    /// <param name="latestEnd">UTC; no later than that, if it is to last no longer than another. Null: as its days say.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task<OpenedSession?> OpenAsync(Account account, int days, CallerOrigin origin, DateTimeOffset? latestEnd, CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamptz();
        var token = AccessToken.Create(account.Tenant.Id, out var text);
        await using var tenant = await tenants.CreateDbContextAsync(cancellationToken);
        tenant.Enter(account.Tenant.Schema);
        var lifetime = Math.Min(days, await SettingValues.NumberAsync(tenant, KnownSettings.LongestSession, cancellationToken));
        var expires = now.AddDays(lifetime);
        expires = latestEnd < expires ? latestEnd.Value : expires;
        await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);

        // Locks the person's row: a reset or a deactivation at the same moment either ends this session too, or leaves no row to be found here.
        var found = await tenant.Users
            .Where(User.MaySignIn)
            .Where(user => user.Id == account.UserId && user.PasswordHash == account.PasswordHash)
            .ExecuteUpdateAsync(user => user.SetProperty(u => u.LastSignInAt, now), cancellationToken);
        if (found == 0)
        {
            return null;
        }

        tenant.Sessions.Add(new Session
        {
            TokenHash = token.Hash,
            UserId = account.UserId,
            CreatedAt = now,
            ExpiresAt = expires,
            LifetimeDays = lifetime,
            LastSeenAt = now,
            Address = origin.Address,
            UserAgent = origin.UserAgent,
        });
        tenant.SignInEntries.Add(Entry(account, SignInOutcome.Succeeded, origin, now));
        await tenant.SaveChangesAsync(cancellationToken);

        // Whoever signs in takes out what has expired, so that nothing has to run at night for it.
        await tenant.Sessions.Where(session => session.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new OpenedSession(text, expires);
    }

    /// <summary>Writes down an attempt that opened nothing.</summary>
    public async Task RecordAsync(Account account, SignInOutcome outcome, CallerOrigin origin, CancellationToken cancellationToken)
    {
        await using var tenant = await tenants.CreateDbContextAsync(cancellationToken);
        tenant.Enter(account.Tenant.Schema);
        tenant.SignInEntries.Add(Entry(account, outcome, origin, clock.GetTimestamptz()));
        await tenant.SaveChangesAsync(cancellationToken);
    }

    private static SignInEntry Entry(Account account, SignInOutcome outcome, CallerOrigin origin, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        At = now,
        UserId = account.UserId,
        Outcome = outcome,
        Address = origin.Address,
        UserAgent = origin.UserAgent,
    };
}

/// <summary>A session that has just been opened.</summary>
/// <param name="Token">The token, which is nowhere else.</param>
/// <param name="ExpiresAt">UTC.</param>
internal sealed record OpenedSession(string Token, DateTimeOffset ExpiresAt);
