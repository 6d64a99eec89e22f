using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Todo.Api.Mail;

/// <summary>
/// The mail that is written down and not yet sent, shared by all replicas. Whoever takes one moves its next time ahead by a lease: who dies
/// between sending and writing that down leaves it to be sent again, and none is lost.
/// </summary>
internal sealed class MailQueue(NpgsqlDataSource dataSource, IOptions<MailOptions> options)
{
    /// <summary>A person who has waited that long has asked again.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromDays(3);

    private static readonly TimeSpan LongestRetry = TimeSpan.FromHours(1);

    // Keeps the power of two in range; the longest retry comes long before.
    private const int MostDoublings = 20;

    /// <summary>Takes the next mail that is due; null if there is none.</summary>
    public async Task<QueuedMail?> TakeAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            UPDATE public.outgoing_mail AS mail SET attempts = mail.attempts + 1, not_before = now() + $1
            FROM (
                SELECT id FROM public.outgoing_mail
                WHERE sent_at IS NULL AND not_before <= now() AND created_at > now() - $2
                ORDER BY not_before LIMIT 1 FOR UPDATE SKIP LOCKED
            ) AS next
            WHERE mail.id = next.id
            RETURNING mail.id, mail.tenant_id, mail.user_id, mail.template, mail.attempts, mail.created_at, mail.trace_parent
            """);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = options.Value.Lease });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = LongestWait });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new QueuedMail(reader.GetGuid(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetString(3), reader.GetInt32(4), reader.GetFieldValue<DateTimeOffset>(5), reader.IsDBNull(6) ? null : reader.GetString(6))
            : null;
    }

    /// <summary>It is sent.</summary>
    public async Task SentAsync(QueuedMail mail, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("UPDATE public.outgoing_mail SET sent_at = now(), error = NULL WHERE id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = mail.Id });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>It was not; it is tried again later, and later each time, or, if that is of no use, never.</summary>
    public async Task FailedAsync(QueuedMail mail, string error, bool isPermanent, CancellationToken cancellationToken)
    {
        var wait = options.Value.FirstRetry * Math.Pow(2, Math.Min(mail.Attempts - 1, MostDoublings));
        await using var command = dataSource.CreateCommand(
            "UPDATE public.outgoing_mail SET error = $2, not_before = CASE WHEN $3 THEN 'infinity' ELSE now() + $4 END WHERE id = $1 AND sent_at IS NULL");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = mail.Id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = error, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = isPermanent });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = wait < LongestRetry ? wait : LongestRetry });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>A mail that was taken to be sent.</summary>
/// <param name="Id">Its id.</param>
/// <param name="TenantId">The person's tenant.</param>
/// <param name="UserId">The person.</param>
/// <param name="Template">Which mail.</param>
/// <param name="Attempts">How often it was tried, this time included.</param>
/// <param name="CreatedAt">UTC; when it became necessary.</param>
/// <param name="TraceParent">The <c>traceparent</c> of what made it necessary; null: there was no trace.</param>
internal sealed record QueuedMail(Guid Id, Guid TenantId, Guid UserId, string Template, int Attempts, DateTimeOffset CreatedAt, string? TraceParent);
