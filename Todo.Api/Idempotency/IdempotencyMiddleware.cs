using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;
using Npgsql;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Data;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Idempotency;

/// <summary>
/// A POST with an <c>Idempotency-Key</c> has its effect once and gets one answer, however often it is sent. The request runs in one transaction of its
/// tenant's, which also keeps the answer: whatever breaks off, both are there or neither is.
/// </summary>
/// <remarks>
/// Of several at once, one has the key's advisory lock, and the others ask again, without a connection in between. The lock's two numbers are a space apart
/// from that of the tenants' locks, which have one.
/// </remarks>
internal sealed class IdempotencyMiddleware(RequestDelegate next, IOptions<IdempotencyOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    private const string Table = "idempotency_keys";
    private const int BodyInMemory = 1024 * 1024;
    private const int ChunkBytes = 16 * 1024;

    private static readonly Refusal Malformed = new(StatusCodes.Status400BadRequest, $"Send at most one {KeyField.Name}: {KeyField.Rule}.");
    private static readonly Refusal OtherRequest = new(StatusCodes.Status422UnprocessableEntity, $"This {KeyField.Name} was sent with another request. Another request needs another key.");
    private static readonly Refusal StillRunning = new(StatusCodes.Status409Conflict, $"The first request with this {KeyField.Name} is still running. Send it again in a moment.");

    // A tenant at an older version is served all the same, but for this.
    private static readonly Refusal NotYet = new(StatusCodes.Status503ServiceUnavailable, $"The tenant is being migrated, and can't keep a {KeyField.Name} yet. Try again in a few seconds.");

    private static readonly Refusal TooLarge = new(
        StatusCodes.Status409Conflict, $"The request with this {KeyField.Name} was carried out, but its answer was too large to be kept. Read what it made.");

    public async Task InvokeAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method) || context.GetEndpoint() is not { } endpoint || !context.Request.Headers.TryGetValue(KeyField.Name, out var values))
        {
            await next(context);
        }
        else if (endpoint.Metadata.GetMetadata<WithoutIdempotencyKey>() is { } without)
        {
            await new Refusal(StatusCodes.Status400BadRequest, $"This operation takes no {KeyField.Name}: {without.Reason}").WriteAsync(context);
        }
        else if (!KeyField.TryRead(values, out var key))
        {
            await Malformed.WriteAsync(context);
        }
        else if (context.RequestServices.GetRequiredService<RequestIdentity>() is { TenantId: not null } identity)
        {
            var fingerprint = await FingerprintAsync(context.Request, context.RequestAborted);
            try
            {
                await RunOnceAsync(context, Hash(identity, key), fingerprint);
            }
            catch (PostgresException exception) when (exception is { SqlState: PostgresErrorCodes.UndefinedTable } && exception.MessageText.Contains(Table, StringComparison.Ordinal))
            {
                await NotYet.WriteAsync(context);
            }
        }
        else
        {
            // No endpoint that is for a tenant: the router's own answer.
            await next(context);
        }
    }

    private async Task RunOnceAsync(HttpContext context, byte[] hash, byte[] fingerprint)
    {
        var tenant = context.RequestServices.GetRequiredService<TenantDbContext>();
        var began = clock.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause < LongestPause ? pause * 2 : LongestPause)
        {
            Claim claim;
            await using (var transaction = await tenant.BeginEnclosingTransactionAsync(context.RequestAborted))
            {
                claim = await ClaimAsync(tenant, hash, context.RequestAborted);
                if (claim is { IsMine: true, Fingerprint: null })
                {
                    if (await TryRunAsync(context, tenant, transaction, hash, fingerprint))
                    {
                        return;
                    }

                    // Another ended after this one had begun to look, and its answer is there now.
                    continue;
                }
            }

            if (claim.Fingerprint is { } known)
            {
                await AnswerAsync(context, claim, known.AsSpan().SequenceEqual(fingerprint));
                return;
            }

            if (clock.GetElapsedTime(began) >= options.Value.Patience)
            {
                context.Response.Headers.RetryAfter = Refusal.RetryAfter;
                await StillRunning.WriteAsync(context);
                return;
            }

            await Task.Delay(pause, clock, context.RequestAborted);
        }
    }

    // False: the key was used meanwhile, and nothing of this request happened.
    private async Task<bool> TryRunAsync(HttpContext context, TenantDbContext tenant, EnclosingTransaction transaction, byte[] hash, byte[] fingerprint)
    {
        var request = context.RequestServices.GetRequiredService<RequestTransaction>();
        request.Enter((NpgsqlTransaction)tenant.Database.CurrentTransaction!.GetDbTransaction());
        MemoryStream body;
        try
        {
            body = await StoredAnswer.CaptureAsync(context, next);
        }
        catch
        {
            request.RolledBack();
            throw;
        }

        await using (body)
        {
            if (IsFinal(context.Response.StatusCode))
            {
                var answer = StoredAnswer.Of(context.Response, body, options.Value.MaxAnswerBytes);

                // Whoever hangs up now gets the answer when they ask again.
                switch (await StoreAsync(tenant, hash, fingerprint, answer))
                {
                    case Stored.Yes:
                        await transaction.CommitAsync(CancellationToken.None);
                        await request.CommittedAsync();
                        break;
                    case Stored.UsedMeanwhile:
                        request.RolledBack();
                        context.Response.Clear();
                        context.Request.Body.Position = 0;
                        return false;
                    case Stored.TransactionFailed when answer.Status < StatusCodes.Status400BadRequest:
                        throw new InvalidOperationException("The request answers with a success although a statement in its transaction failed.");
                    default:
                        request.RolledBack();
                        break;
                }
            }
            else
            {
                request.RolledBack();
            }

            await transaction.DisposeAsync();
            body.Position = 0;
            await body.CopyToAsync(context.Response.Body, context.RequestAborted);
        }

        return true;
    }

    // What a later try may answer otherwise is not the request's answer: too many requests, and errors of ours.
    private static bool IsFinal(int status) => status < StatusCodes.Status500InternalServerError && status is not (StatusCodes.Status408RequestTimeout or StatusCodes.Status429TooManyRequests);

    private static async Task AnswerAsync(HttpContext context, Claim known, bool isSameRequest)
    {
        if (!isSameRequest)
        {
            await OtherRequest.WriteAsync(context);
        }
        else if (known.Body is null)
        {
            await TooLarge.WriteAsync(context);
        }
        else
        {
            await new StoredAnswer(known.Status!.Value, known.Headers!, known.Body).WriteAsync(context);
        }
    }

    private async Task<Claim> ClaimAsync(TenantDbContext tenant, byte[] hash, CancellationToken cancellationToken)
    {
        var (high, low, now) = (BinaryPrimitives.ReadInt32BigEndian(hash), BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(sizeof(int))), clock.GetTimestamptz());
        var claims = await tenant.Database.SqlQuery<Claim>(
            $"""
            SELECT pg_try_advisory_xact_lock({high}, {low}) AS "IsMine", known.fingerprint AS "Fingerprint", known.status AS "Status", known.headers::text AS "Headers", known.body AS "Body"
            FROM (SELECT 1) AS one LEFT JOIN "<tenant>".idempotency_keys AS known ON known.hash = {hash} AND known.expires_at > {now}
            """).ToListAsync(cancellationToken);
        return claims.Single();
    }

    private async Task<Stored> StoreAsync(TenantDbContext tenant, byte[] hash, byte[] fingerprint, StoredAnswer answer)
    {
        var now = clock.GetTimestamptz();
        var expires = now + options.Value.Lifetime;
        try
        {
            var rows = await tenant.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO "<tenant>".idempotency_keys AS known (hash, fingerprint, status, headers, body, expires_at)
                VALUES ({hash}, {fingerprint}, {answer.Status}, {answer.Headers}::jsonb, {answer.Body}, {expires})
                ON CONFLICT (hash) DO UPDATE
                SET fingerprint = excluded.fingerprint, status = excluded.status, headers = excluded.headers, body = excluded.body, expires_at = excluded.expires_at
                WHERE known.expires_at <= {now}
                """,
                CancellationToken.None);
            return rows == 1 ? Stored.Yes : Stored.UsedMeanwhile;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InFailedSqlTransaction)
        {
            return Stored.TransactionFailed;
        }
    }

    // Of the key only a hash is kept. Its parts are of fixed length or the last, so no two read the same.
    private static byte[] Hash(RequestIdentity identity, string key) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{identity.TenantId:N} {identity.Caller.Kind} {identity.Caller.Id:N} {key}"));

    private static async Task<byte[]> FingerprintAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        request.EnableBuffering(BodyInMemory);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method}\n{request.PathBase}{request.Path}{request.QueryString}\n{request.ContentType}\n"));
        var chunk = new byte[ChunkBytes];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, cancellationToken)) > 0)
        {
            hash.AppendData(chunk, 0, read);
        }

        request.Body.Position = 0;
        return hash.GetHashAndReset();
    }

    private enum Stored
    {
        Yes,
        UsedMeanwhile,
        TransactionFailed,
    }

    // A row of the question whether the key may be used now, and what is known of it.
    private sealed record Claim(bool IsMine, byte[]? Fingerprint, short? Status, string? Headers, byte[]? Body);
}
