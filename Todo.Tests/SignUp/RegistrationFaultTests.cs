using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Todo.Api.SignUp;
using Todo.Data.Access;
using Todo.Tests.Faults;
using Todo.Tests.Servers;

namespace Todo.Tests.SignUp;

/// <summary>
/// A sign-up whose replica loses its connection before and after each statement, from writing it down to the last commit, and never hears
/// of it again; and another replica that takes it up.
/// </summary>
public sealed class RegistrationFaultTests(RegistrationFaultTests.Host api) : IClassFixture<RegistrationFaultTests.Host>
{
    /// <summary>An API that takes up nobody else's sign-ups: it would end those of the test between two of its looks.</summary>
    public sealed class Host : SignUpHost
    {
        /// <inheritdoc/>
        protected override IEnumerable<string> Arguments => [.. base.Arguments, "--SignUp:PollInterval=01:00:00"];
    }

    [Fact]
    public async Task Wherever_the_founding_of_a_company_is_cut_off_another_replica_ends_it_once() => await StrikeEverywhereAsync(isFounding: true);

    [Fact]
    public async Task Wherever_the_joining_of_a_company_is_cut_off_another_replica_ends_it_once() => await StrikeEverywhereAsync(isFounding: false);

    private async Task StrikeEverywhereAsync(bool isFounding)
    {
        await using var proxy = PostgresProxy.Start(new NpgsqlConnectionStringBuilder(api.ConnectionString) { ApplicationName = "struck" }.ConnectionString);

        // Neither is started: nothing runs in them but what is called here.
        await using var struck = Build(proxy.ConnectionString);
        await using var next = Build(api.ConnectionString);

        // What is learned once in a process's life is learned here.
        await SignUpAsync(struck, NewSignUp.Of("first@warm.example"));
        var company = await CompanyAsync(next, isFounding);
        proxy.Forget();
        await SignUpAsync(struck, NewSignUp.Of("second@warm.example", company));
        var points = StatementBoundaries.InOrder(proxy.Statements);
        points.Count.ShouldBeGreaterThan(10);

        var fired = 0;
        foreach (var point in points)
        {
            var taxId = await CompanyAsync(next, isFounding);
            var person = NewSignUp.Of($"{Guid.NewGuid():N}@struck.example", taxId);
            proxy.Cut(point);
            var isRecorded = await TryAsync(() => SignUpAsync(struck, person));
            fired += proxy.Disarm() ? 0 : 1;
            await ShouldBeWholeAsync(taxId, person.Email, isFounding, $"{point}");

            // Who gets no answer sends it again.
            if (!isRecorded && await api.ScalarAsync<long>($"SELECT count(*) FROM registrations WHERE email = '{person.Email}'") == 0)
            {
                await next.Services.GetRequiredService<RegistrationStore>().RecordAsync(person, CancellationToken.None);
            }

            await EndAllAsync(next);
            await ShouldBeDoneAsync(taxId, person.Email, isFounding, $"{point}");
        }

        // What a new connection asks about types comes once more or less; everything else comes every time.
        fired.ShouldBeGreaterThan(points.Count - 5);
    }

    private static WebApplication Build(string database) => Todo.Api.Program.Build(
    [
        "--environment=Production", $"--ConnectionStrings:tododb={database}", "--ConnectionStrings:cache=127.0.0.1:1,abortConnect=false", "--SignUp:RetryDelay=00:00:00.001", "--Logging:LogLevel:Default=None",
    ]);

    // A company to be: new, or one that has its owner.
    private static async Task<string> CompanyAsync(WebApplication app, bool isFounding)
    {
        var taxId = NewSignUp.NewTaxId();
        if (!isFounding)
        {
            await SignUpAsync(app, NewSignUp.Of("owner@struck.example", taxId));
        }

        return taxId;
    }

    private static async Task SignUpAsync(WebApplication app, RegisterRequest person)
    {
        await app.Services.GetRequiredService<RegistrationStore>().RecordAsync(person, CancellationToken.None);
        await app.Services.GetRequiredService<RegistrationProcessor>().RunOneAsync(CancellationToken.None);
    }

    private static async Task<bool> TryAsync(Func<Task> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private Task EndAllAsync(WebApplication app) => Eventually.TrueAsync(async () =>
    {
        await app.Services.GetRequiredService<RegistrationProcessor>().RunOneAsync(CancellationToken.None);
        return await api.ScalarAsync<long>("SELECT count(*) FROM registrations WHERE state = 'recorded'") == 0;
    });

    // Before anybody repairs anything: all of it is there, or nothing.
    private async Task ShouldBeWholeAsync(string taxId, string email, bool isFounding, string fault)
    {
        await Eventually.TrueAsync(async () => await api.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'struck' AND state <> 'idle'") == 0);
        var isDone = await api.ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM registrations WHERE email = '{email}' AND state = 'done')");
        if (isDone)
        {
            await ShouldBeDoneAsync(taxId, email, isFounding, fault);
            return;
        }

        (await api.ScalarAsync<long>($"SELECT count(*) FROM sign_ins WHERE email = '{email}'")).ShouldBe(0, fault);
        (await api.ScalarAsync<long>($"SELECT count(tenant_id) FROM companies WHERE tax_id = '{taxId}'")).ShouldBe(isFounding ? 0 : 1, fault);
        await ShouldBeTidyAsync(fault);
    }

    private async Task ShouldBeDoneAsync(string taxId, string email, bool isFounding, string fault)
    {
        (await api.ScalarAsync<long>($"SELECT count(*) FROM companies WHERE tax_id = '{taxId}'")).ShouldBe(1, fault);
        var schema = await api.CompanyAsync(taxId);
        (await api.ColumnAsync($"SELECT role_id || ' ' || is_active FROM {schema}.users WHERE email = '{email}'")).ShouldBe([isFounding ? $"{BuiltInRole.Owner} true" : $"{BuiltInRole.Member} false"], fault);
        (await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.users")).ShouldBe(isFounding ? 1 : 2, fault);
        (await api.ScalarAsync<long>($"SELECT count(*) FROM sign_ins WHERE email = '{email}'")).ShouldBe(1, fault);
        (await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.audit_entries")).ShouldBe(isFounding ? 1 : 2, fault);
        string[] mails = isFounding ? [$"activation {email}"] : [$"activation {email}", "activation owner@struck.example", "approval_needed owner@struck.example"];
        (await api.MailsAsync(schema)).ShouldBe(mails, ignoreOrder: true, fault);
        await ShouldBeTidyAsync(fault);
    }

    // No tenant without a company, no schema without a tenant, nor the other way round.
    private async Task ShouldBeTidyAsync(string fault)
    {
        (await api.ScalarAsync<long>("SELECT count(*) FROM tenants WHERE id NOT IN (SELECT tenant_id FROM companies WHERE tenant_id IS NOT NULL)")).ShouldBe(0, fault);
        (await api.ScalarAsync<long>("SELECT count(*) FROM tenants")).ShouldBe(await api.ScalarAsync<long>("SELECT count(*) FROM pg_namespace WHERE nspname ~ '^t_[0-9a-f]{32}$'"), fault);
    }
}
