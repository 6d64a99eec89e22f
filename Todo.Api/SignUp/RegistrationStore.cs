using Microsoft.Extensions.Options;
using Npgsql;
using Todo.Data.Access;

namespace Todo.Api.SignUp;

/// <summary>Sign-ups as they are written down, taken up and given up. Times are the database's, whose clock all replicas share.</summary>
public sealed class RegistrationStore(NpgsqlDataSource dataSource, IOptions<SignUpOptions> options)
{
    // One statement, the same whether the company is known or not. The update that changes nothing locks a known company's row, so that
    // nobody takes it away before the sign-up refers to it.
    private const string Record =
        """
        WITH company AS (
            INSERT INTO public.companies (id, country, tax_id, name, created_at) VALUES ($1, $2, $3, $4, now())
            ON CONFLICT (country, tax_id) DO UPDATE SET country = companies.country
            RETURNING id)
        INSERT INTO public.registrations (
            id, company_id, email, name, language, time_zone, slug, state, terms_accepted_at, created_at, updated_at, attempts, not_before)
        SELECT $5, id, $6, $7, $8, $9, $10, 'recorded', now(), now(), now(), 0, now() FROM company
        """;

    // Whoever takes one up writes down the next attempt before the first step: to die needs no other record. While a company has no tenant,
    // only its first sign-up is taken up, because the others wait for what that one makes.
    private const string Claim =
        """
        UPDATE public.registrations
        SET attempts = attempts + 1, updated_at = now(), not_before = now() + least($1 * pow(2, least(attempts, 20)), interval '15 minutes')
        WHERE id = (
            SELECT open.id FROM public.registrations open JOIN public.companies company ON company.id = open.company_id
            WHERE open.state = 'recorded' AND open.not_before <= now() AND (company.tenant_id IS NOT NULL OR NOT EXISTS (
                SELECT FROM public.registrations earlier WHERE earlier.company_id = open.company_id AND earlier.state = 'recorded' AND earlier.id < open.id))
            ORDER BY open.not_before, open.id LIMIT 1 FOR UPDATE OF open SKIP LOCKED)
        RETURNING id, company_id, email, name, language, time_zone, slug, attempts
        """;

    // A company that nobody has got into is not kept: its sign-ups go with it. The lock keeps out who is about to refer to it.
    private const string LockCompany = "SELECT FROM public.companies WHERE id = $1 FOR UPDATE";
    private const string Abandon = "UPDATE public.registrations SET state = 'abandoned', updated_at = now() WHERE id = $1 AND state = 'recorded'";
    private const string RemoveCompany =
        """
        DELETE FROM public.companies WHERE id = $1 AND tenant_id IS NULL
            AND NOT EXISTS (SELECT FROM public.registrations WHERE company_id = $1 AND state = 'recorded')
        """;

    /// <summary>Writes a sign-up down, with its company if that is new.</summary>
    /// <param name="request">Valid.</param>
    /// <param name="cancellationToken">Cancels, leaving nothing.</param>
    public async Task RecordAsync(RegisterRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        await using var command = dataSource.CreateCommand(Record);
        object[] values =
        [
            Guid.CreateVersion7(), request.Country.ToUpperInvariant(), TaxId.Normalize(request.TaxId), request.CompanyName.Trim(),
            Guid.CreateVersion7(), EmailAddress.Normalize(request.Email), request.Name.Trim(), request.Language, request.TimeZone, CompanySlug.Of(request.CompanyName),
        ];
        command.Parameters.AddRange(Array.ConvertAll(values, value => new NpgsqlParameter { Value = value }));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Takes up an open sign-up that nobody is at, and sees to it that nobody else does for a while; null if there is none.</summary>
    public async Task<OpenRegistration?> ClaimAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Claim);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = options.Value.RetryDelay });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new OpenRegistration(
                reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetString(5), reader.GetString(6), reader.GetInt32(7))
            : null;
    }

    /// <summary>Gives a sign-up up, and the company with it if it has neither a tenant nor another open sign-up.</summary>
    public async Task AbandonAsync(OpenRegistration registration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(registration);
        await using var batch = dataSource.CreateBatch();
        foreach (var (sql, id) in new[] { (LockCompany, registration.CompanyId), (Abandon, registration.Id), (RemoveCompany, registration.CompanyId) })
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(sql) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = id } } });
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
