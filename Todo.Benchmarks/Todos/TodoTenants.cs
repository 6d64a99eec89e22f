using Npgsql;
using Todo.Benchmarks.Requests;

namespace Todo.Benchmarks.Todos;

/// <summary>A tenant with todos, and what to ask of it.</summary>
/// <param name="Tenant">Who is signed in.</param>
/// <param name="Schema">Where its tables are, quoted.</param>
/// <param name="Lists">Lists in which everybody may write.</param>
/// <param name="Open">Open todos in them, which don't repeat.</param>
/// <param name="Middle">The todo before which half of all were made.</param>
internal sealed record TodoTenant(BenchmarkTenant Tenant, string Schema, Guid[] Lists, Guid[] Open, Guid Middle);

/// <summary>
/// Two tenants that differ in nothing but how many todos they have. They were made over two years: the older 70 of 100 are done, three of five are due some time within
/// 90 days of being made, a third is somebody's to do, a fourth has tags, one of 500 repeats. Of 25 lists, ten are the whole tenant's, with two of three todos, the others private.
/// </summary>
internal static class TodoTenants
{
    /// <summary>Todos of the small one.</summary>
    public const int Small = 100;

    private const int Today = 90;
    private const int MostOpen = 2_000;

    // As 'requests' has them, but for their todos.
    private static readonly RequestsOptions Made = new(Tenants: 2, Todos: 0, People: 20, Rounds: 0, Seconds: 0, Connections: 0, Pool: 8, [], Database: "");

    /// <summary>Makes the small and the large one.</summary>
    public static async Task<(TodoTenant Small, TodoTenant Large)> MakeAsync(string connectionString, int todos, CancellationToken cancellationToken)
    {
        var tenants = await BenchmarkTenants.MakeAsync(connectionString, Made, cancellationToken);
        await using var database = NpgsqlDataSource.Create(connectionString);
        var (small, large) = (await FillAsync(database, tenants[0], Small, cancellationToken), await FillAsync(database, tenants[1], todos, cancellationToken));

        // What autovacuum would do some time during the measurements.
        await ExecuteAsync(database, "VACUUM ANALYZE", cancellationToken);
        return (small, large);
    }

    /// <summary>Takes away what measurements have made, so that the next one finds what the first one found.</summary>
    public static async Task RestoreAsync(NpgsqlDataSource database, TodoTenant tenant, CancellationToken cancellationToken)
    {
        var schema = tenant.Schema;
        await ExecuteAsync(
            database,
            $"""
            DELETE FROM {schema}.todos WHERE title LIKE '{TodoPath.MadeTitle}%';
            UPDATE {schema}.todos SET completed_at = NULL, completed_by = NULL, work_state = 0 WHERE completed_at IS NOT NULL AND completed_at > updated_at - interval '1 day' AND updated_at > now() - interval '1 day';
            TRUNCATE {schema}.events, {schema}.work_entries, {schema}.notifications, {schema}.idempotency_keys
            """,
            cancellationToken);
        await ExecuteAsync(database, $"VACUUM ANALYZE {schema}.todos", cancellationToken);
    }

    private static async Task<TodoTenant> FillAsync(NpgsqlDataSource database, BenchmarkTenant tenant, int todos, CancellationToken cancellationToken)
    {
        await using var find = database.CreateCommand("SELECT schema FROM tenants WHERE slug = $1");
        find.Parameters.AddWithValue(tenant.Slug);
        var schema = $"\"{await find.ExecuteScalarAsync(cancellationToken)}\"";
        await ExecuteAsync(database, Sql(schema, todos), cancellationToken);
        return new TodoTenant(
            tenant,
            schema,
            await IdsAsync($"SELECT id FROM {schema}.todo_lists WHERE visibility = 'tenant' AND owner_id IS NOT NULL ORDER BY id"),
            await IdsAsync(
                $"""
                SELECT todo.id FROM {schema}.todos AS todo JOIN {schema}.todo_lists AS list ON list.id = todo.list_id
                WHERE list.visibility = 'tenant' AND todo.completed_at IS NULL AND todo.recurrence_rule IS NULL ORDER BY md5(todo.id::text) LIMIT {MostOpen}
                """),
            (await IdsAsync($"SELECT id FROM {schema}.todos ORDER BY id OFFSET {todos / 2} LIMIT 1"))[0]);

        async Task<Guid[]> IdsAsync(string sql)
        {
            var ids = new List<Guid>();
            await using var command = database.CreateCommand(sql);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                ids.Add(reader.GetGuid(0));
            }

            return [.. ids];
        }
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // Ids are those of version 7 for the time at which each was made, as the service makes them; what looks random is the same in every run.
    private static string Sql(string schema, int todos) =>
        $"""
        SELECT setseed(0.5);
        INSERT INTO {schema}.todo_lists (id, name, owner_id, visibility, created_at)
        SELECT gen_random_uuid(), 'List ' || number, person.id, CASE WHEN number <= 10 THEN 'tenant' ELSE 'private' END, now() - interval '2 years'
        FROM generate_series(1, 25) AS number JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM {schema}.users) AS person ON person.place = 1 + number % 20;
        INSERT INTO {schema}.tags (id, name, name_key, is_hidden, version, created_at)
        SELECT gen_random_uuid(), 'tag ' || number, 'tag ' || number, false, 1, now() FROM generate_series(1, 15) AS number;
        WITH people AS (SELECT array_agg(id ORDER BY id) AS ids FROM {schema}.users),
        shared AS (SELECT array_agg(id ORDER BY id) AS ids FROM {schema}.todo_lists WHERE visibility = 'tenant' AND owner_id IS NOT NULL),
        own AS (SELECT array_agg(id ORDER BY id) AS ids FROM {schema}.todo_lists WHERE visibility = 'private'),
        tagged AS (SELECT array_agg(id ORDER BY id) AS ids FROM {schema}.tags),
        words AS (SELECT
            '{"{"}Call,Write to,Visit,Order,Pay,Check,Repair,Clean,Plan,Book,Send,Return,Review,Prepare,Measure,Paint,Sort,Copy,Sign,Discuss{"}"}'::text[] AS verbs,
            '{"{"}invoice,contract,engineer,flour,window,printer,report,budget,garden,kitchen,meeting,shelf,bicycle,ticket,letter,roof,lamp,archive,catalogue,supplier,customer,warehouse,truck,heating,lift,website,newsletter,insurance,permit,sample{"}"}'::text[] AS nouns,
            '{"{"}Berlin,Hamburg,Vienna,Zurich,Paris,Lyon,Warsaw,Gdansk,Madrid,Porto,Oslo,Bergen,Turin,Naples,Athens,Dublin,Cork,Leeds,York,Bath{"}"}'::text[] AS places),
        made AS (
            SELECT number, now() - make_interval(secs => ({todos} - number) * 63072000.0 / {todos}) AS at, random() AS one, random() AS two, random() AS three, random() AS four, random() AS five
            FROM generate_series(1, {todos}) AS number)
        INSERT INTO {schema}.todos (id, list_id, title, notes, created_by, created_at, updated_at, position, priority, start_at, due_at, is_all_day, time_zone, assignee_ids, tag_ids,
            completed_at, completed_by, work_state, recurrence_rule, recurrence_mode, recurrence_from, occurrence)
        SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(number::text), 1, 3) || '8' || substr(md5(number::text), 4, 15))::uuid,
            CASE WHEN one < 0.66 THEN shared.ids[1 + floor(two * 10)::integer] ELSE own.ids[1 + floor(two * 15)::integer] END,
            verbs[1 + floor(three * 20)::integer] || ' the ' || nouns[1 + floor(four * 30)::integer] || ' in ' || places[1 + floor(five * 20)::integer] || ', number ' || number,
            CASE WHEN number % 3 = 0 THEN 'A line or two of notes, as people write them about a ' || nouns[1 + floor(two * 30)::integer] || ' when a title alone would not remind them.' END,
            people.ids[1 + number % 20], at, at, 'P' || lpad(to_hex(number), 8, '0') || 'V', number % 5,
            NULL, CASE WHEN number % 500 = 1 THEN date_trunc('day', now()) + interval '1 day' WHEN number % 5 < 3 THEN date_trunc('hour', at) + make_interval(hours => floor(one * 24 * {Today})::integer) END,
            number % 500 = 1, CASE WHEN number % 500 = 1 THEN 'UTC' END,
            CASE WHEN number % 3 = 1 THEN ARRAY[people.ids[1 + (number / 3) % 20]] ELSE '{"{}"}' END, CASE WHEN number % 4 = 0 THEN ARRAY[tagged.ids[1 + (number / 4) % 15]] ELSE '{"{}"}' END,
            CASE WHEN isdone THEN at + interval '1 hour' END, CASE WHEN isdone THEN people.ids[1 + number % 20] END, CASE WHEN isdone THEN 6 ELSE 0 END,
            CASE WHEN number % 500 = 1 THEN 'FREQ=WEEKLY' END, CASE WHEN number % 500 = 1 THEN 'schedule' END, CASE WHEN number % 500 = 1 THEN occurrence END, CASE WHEN number % 500 = 1 THEN occurrence END
        FROM people, shared, own, tagged, words, made, LATERAL (SELECT number <= {todos} * 0.7 AND number % 500 <> 1 AS isdone, date_trunc('day', now() AT TIME ZONE 'UTC') + interval '1 day' AS occurrence) AS more;
        """;
}
