using Todo.Api.Tracing;
using Todo.Data.Access;
using Todo.Tenancy.Catalog;

namespace Todo.Api.Accounts;

/// <summary>Decides which account an address and a password open.</summary>
internal sealed class PasswordSignIn(AccountDirectory accounts, LockOut lockOut, SessionOpening sessions, SignInMetrics metrics)
{
    // Whoever belongs to more tenants, with another password in each, names the one meant.
    private const int MostAccounts = 3;

    /// <summary>Looks for the account. What did not open one is written down in the accounts that it was tried on.</summary>
    public async Task<SignInAttempt> TryAsync(string email, string password, string? slug, HttpContext context, CancellationToken cancellationToken)
    {
        var origin = CallerOrigin.Of(context);
        var most = slug is null ? MostAccounts : 1;
        var found = await accounts.FindAsync(email, slug, most, cancellationToken);
        var mayTry = await lockOut.TryBeginAsync(email, context, cancellationToken);
        var right = Compare(mayTry ? found.Accounts : [], password, most);
        var best = right.Find(MayEnter) ?? right.FirstOrDefault();
        if (best is not null)
        {
            await lockOut.SucceedAsync(email, context, cancellationToken);
        }

        if (best is null || !MayEnter(best))
        {
            var outcome = best is not null ? SignInOutcome.NotAllowed : mayTry ? SignInOutcome.WrongPassword : SignInOutcome.Locked;
            metrics.Count(outcome);
            foreach (var account in best is null ? found.Accounts : [best])
            {
                await sessions.RecordAsync(account, outcome, origin, cancellationToken);
            }
        }

        return new SignInAttempt(best, found.Unreadable);
    }

    /// <summary>Whether a right password opens the account.</summary>
    public static bool MayEnter(Account account) => account is { Standing: AccountStanding.Good, Tenant.Status: TenantStatus.Active };

    // Hashing takes tens of milliseconds: no connection is held meanwhile. Without a match it is done as often for an address with no account, or
    // for a locked one, as for one with several.
    private static List<Account> Compare(IReadOnlyList<Account> found, string password, int times)
    {
        var right = new List<Account>();
        for (var i = 0; i < times; i++)
        {
            var account = i < found.Count ? found[i] : null;
            // In the trace of a sign-in nearly all the time is this check.
            using (ApiSpans.Source.StartActivity("password check"))
            {
                if (!PersonPassword.Verify(account?.PasswordHash, password))
                {
                    continue;
                }
            }

            right.Add(account!);
            if (MayEnter(account!))
            {
                break;
            }
        }

        return right;
    }
}

/// <summary>What came of an attempt.</summary>
/// <param name="Account">The account whose password it was; null: none.</param>
/// <param name="Unreadable">A tenant of the address whose people could not be read; null: none.</param>
internal sealed record SignInAttempt(Account? Account, Todo.Api.Tenants.TenantEntry? Unreadable);
