using Npgsql;
using Todo.AppHost.Embedded;
using Todo.Benchmarks.Requests;
using Todo.Data.Access;

namespace Todo.Benchmarks.Access;

/// <summary>The API's doors, on PostgreSQL and Redis of its own.</summary>
internal static class AccessBenchmark
{
    /// <summary>Everybody's.</summary>
    public const string Password = "four plain words here";

    // As 'requests' has them, but for the people: each of them signs in with a wrong password once.
    private static readonly RequestsOptions Made = new(Tenants: 100, Todos: 1, People: 20, Rounds: 0, Seconds: 0, Connections: 0, Pool: 8, [DoorsCommand.Guarded], Database: "");

    /// <summary>Measures and returns the tables.</summary>
    /// <exception cref="BenchmarkException">A server failed, or answered what it must not.</exception>
    public static async Task<string> RunAsync(AccessOptions options, CancellationToken cancellationToken)
    {
        RequestsBenchmark.RefuseDebugBuild("access");
        await using var postgres = await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway with { Report = Say }, cancellationToken);
        await using var redis = await EmbeddedRedis.StartAsync(EmbeddedRedisOptions.ThrowAway with { Report = Say }, cancellationToken);
        Say($"Making {Made.Tenants} tenants");
        var tenants = await BenchmarkTenants.MakeAsync(postgres.ConnectionString, Made, cancellationToken);
        await using var database = NpgsqlDataSource.Create(postgres.ConnectionString);
        var tables = new List<MarkdownTable>();
        if (options.Only.Contains(AccessCommand.Cost))
        {
            await using var api = await StartAsync("API");
            tables.Add(SignInCost.Measure(api, tenants, options, cancellationToken));
        }

        if (options.Only.Contains(AccessCommand.Ended))
        {
            await using var here = await StartAsync("API");
            await using var there = await StartAsync("second API");
            tables.Add(await EndedSessions.MeasureAsync(here.Address, there.Address, tenants, options.Times, cancellationToken));
        }

        if (options.Only.Contains(AccessCommand.Answers))
        {
            await using var api = await StartAsync("API");
            tables.Add(await EqualAnswers.MeasureAsync(api.Address, await PeopleAsync(database, options.Times, cancellationToken), options.Times, cancellationToken));
        }

        return string.Join('\n', tables);

        Task<ServerUnderTest> StartAsync(string name) => ServerUnderTest.StartWithinAsync(name, DoorsCommand.Verb, new Dictionary<string, string>
        {
            ["ConnectionStrings__tododb"] = postgres.ConnectionString,
            ["ConnectionStrings__tododb-owner"] = postgres.ConnectionString,
            ["ConnectionStrings__cache"] = redis.ConnectionString,
            ["Traffic__LimitRates"] = "false",
            ["SignIn__AddressAttempts"] = "1000000",
        }, cancellationToken);
    }

    public static void Say(string line) => Console.Error.WriteLine(line);

    // People who could sign in, one for each question: after a few wrong passwords an account is locked.
    private static async Task<IReadOnlyList<string>> PeopleAsync(NpgsqlDataSource database, int count, CancellationToken cancellationToken)
    {
        var people = new List<string>();
        await using var reading = database.CreateCommand("SELECT id FROM public.tenants ORDER BY slug");
        var ids = new List<Guid>();
        await using (var reader = await reading.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                ids.Add(reader.GetGuid(0));
            }
        }

        foreach (var id in ids)
        {
            if (people.Count >= 2 * count)
            {
                break;
            }

            var schema = Tenancy.Scoping.TenantSchema.Of(id).Quoted;
#pragma warning disable CA2100 // A schema's name, made of an id.
            await using var opening = database.CreateCommand(
                $"""
                WITH opened AS (UPDATE {schema}.users SET password_hash = $1 RETURNING email)
                INSERT INTO public.sign_ins (email, tenant_id) SELECT email, $2 FROM opened RETURNING email
                """);
#pragma warning restore CA2100
            opening.Parameters.Add(new NpgsqlParameter<string> { TypedValue = PersonPassword.Hash(Password) });
            opening.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
            await using var reader = await opening.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                people.Add(reader.GetString(0));
            }
        }

        return people;
    }
}
