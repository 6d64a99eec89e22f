using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Npgsql;
using Todo.Api.Traffic;

namespace Todo.Api.Accounts;

/// <summary>
/// Counts attempts to prove a password, for the account and for the network address, and locks either for longer and longer. Counted is
/// what the caller says, so an account that does not exist behaves like one that does.
/// </summary>
/// <remarks>
/// An attempt counts before its password is looked at, and is taken back if that was right: however many arrive at once, no more are looked at
/// than may fail. While a lock holds, attempts count for nothing, so that nobody can prolong it.
/// </remarks>
internal sealed class LockOut(NpgsqlDataSource dataSource, IOptions<SignInOptions> options)
{
    // Doubling ends at the longest lock long before; this only keeps the power in range.
    private const int MostDoublings = 20;

    // After a day without a failure everything starts from nothing.
    private static readonly TimeSpan Memory = TimeSpan.FromDays(1);

    /// <summary>Counts an attempt; false if the account or the address is locked, and the password must not be looked at.</summary>
    /// <param name="email">The account's address, normalized.</param>
    /// <param name="context">The request.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task<bool> TryBeginAsync(string email, HttpContext context, CancellationToken cancellationToken) =>
        await CountAsync(OfAddress(context), options.Value.AddressAttempts, cancellationToken)
        && await CountAsync(OfAccount(email), options.Value.AccountAttempts, cancellationToken);

    /// <summary>The attempt has succeeded: the account starts from nothing, and the address is as it was before.</summary>
    public async Task SucceedAsync(string email, HttpContext context, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(Forgetting(email));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            UPDATE public.sign_in_failures
            SET failures = failures - 1, locked_until = CASE WHEN failures > $2 THEN locked_until END
            WHERE key = $1 AND failures > 0
            """)
        {
            Parameters = { Value(OfAddress(context)), Value(options.Value.AddressAttempts) },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand("DELETE FROM public.sign_in_failures WHERE failed_at < now() - $1") { Parameters = { Value(Memory) } });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The account starts from nothing, as after a new password.</summary>
    public async Task ForgetAsync(string email, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(Forgetting(email));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    // One statement, so that attempts at the same moment are counted one after the other. No row comes back: locked.
    private async Task<bool> CountAsync(byte[] key, int allowed, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            INSERT INTO public.sign_in_failures AS known (key, failures, failed_at, locked_until)
            VALUES ($1, 1, now(), CASE WHEN $2 <= 1 THEN now() + $3 END)
            ON CONFLICT (key) DO UPDATE SET
                failures = CASE WHEN known.failed_at < now() - $5 THEN 1 ELSE known.failures + 1 END,
                failed_at = now(),
                locked_until = CASE WHEN known.failed_at >= now() - $5 AND known.failures + 1 >= $2
                    THEN now() + least($4, $3 * power(2, least(known.failures + 1 - $2, $6))) END
            WHERE known.locked_until IS NULL OR known.locked_until <= now()
            """);
        foreach (var value in (NpgsqlParameter[])[Value(key), Value(allowed), Value(options.Value.FirstLock), Value(options.Value.LongestLock), Value(Memory), Value(MostDoublings)])
        {
            command.Parameters.Add(value);
        }

        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private static NpgsqlBatchCommand Forgetting(string email) =>
        new("DELETE FROM public.sign_in_failures WHERE key = $1") { Parameters = { Value(OfAccount(email)) } };

    private static byte[] OfAccount(string email) => SHA256.HashData(Encoding.UTF8.GetBytes("account:" + email));

    private static byte[] OfAddress(HttpContext context) => SHA256.HashData(Encoding.UTF8.GetBytes("address:" + Partitions.OfAddress(context.Connection.RemoteIpAddress)));

    private static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };
}
