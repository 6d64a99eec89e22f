using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Todo.Api.Occurrences;
using Todo.Api.Paging;
using Todo.Api.Todos;
using Todo.Api.Users;
using Todo.Data.Tenants;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Scoping;

namespace Todo.Benchmarks.Requests;

/// <summary>
/// The least that could serve the same pages: no sign-in, no permissions, no EF Core, no telemetry; the statement of every tenant is made
/// up at the start and stays prepared on every connection. It trusts the <c>tenant</c> header and knows no second page, so it is a yardstick
/// and not a product.
/// </summary>
internal static class BaselineCommand
{
    public const string Verb = "baseline";

    /// <summary>Also the configuration key of the connection string.</summary>
    public const string ConnectionName = "tododb";

    public static Command Create()
    {
        var command = new Command(Verb, "The application that 'requests' compares the API with.") { Hidden = true };
        command.SetAction((_, cancellationToken) => RunAsync(cancellationToken));
        return command;
    }

    private static async Task RunAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, BaselineJson.Default));

        await using var database = NpgsqlDataSource.Create(builder.Configuration.GetConnectionString(ConnectionName)!);
        var statements = await LoadStatementsAsync(database, cancellationToken);

        await using var app = builder.Build();
        app.MapGet("/todos", async (HttpContext context, CancellationToken cancellation, int limit = Page.DefaultLimit) =>
            new Page<TodoResponse>(await ReadAsync(database, statements[Tenant(context)].Todos, limit, ReadTodo, cancellation), Next: null));
        app.MapGet("/users", async (HttpContext context, CancellationToken cancellation, int limit = Page.DefaultLimit) =>
            new Page<UserResponse>(await ReadAsync(database, statements[Tenant(context)].Users, limit, ReadUser, cancellation), Next: null));
        await app.RunAsync(cancellationToken);
    }

    private static string Tenant(HttpContext context) => context.Request.Headers["tenant"].ToString();

    private static async Task<List<T>> ReadAsync<T>(NpgsqlDataSource database, string sql, int limit, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Made at the start, of schema names alone.
        await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.Empty });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit + 1 });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private static TodoResponse ReadTodo(NpgsqlDataReader row)
    {
        var (isDay, zone) = (row.GetBoolean(10), row.IsDBNull(11) ? null : row.GetString(11));
        return new(
            row.GetGuid(0),
            row.GetString(1),
            row.IsDBNull(2) ? null : row.GetString(2),
            row.IsDBNull(3) ? null : row.GetGuid(3),
            row.IsDBNull(4) ? null : row.GetGuid(4),
            row.GetString(5),
            (TodoPriority)row.GetInt16(6),
            row.IsDBNull(7) ? null : row.GetString(7),
            DayOrTime.Of(TimeOrNull(row, 8), isDay, zone),
            DayOrTime.Of(TimeOrNull(row, 9), isDay, zone),
            zone,
            row.IsDBNull(24) ? null : RecurrenceResponse.Of(row.GetString(24), EnumText.Parse<RecurrenceMode>(row.GetString(25)), row.GetDateTime(26), isDay),
            row.GetFieldValue<int[]>(12),
            row.IsDBNull(13) ? null : row.GetInt32(13),
            row.GetFieldValue<Guid[]>(14),
            row.GetFieldValue<Guid[]>(22),
            EnumText.Parse<TodoSource>(row.GetString(15)),
            row.GetGuid(16),
            row.GetFieldValue<DateTimeOffset>(17),
            row.GetFieldValue<DateTimeOffset>(18),
            TimeOrNull(row, 19),
            row.IsDBNull(20) ? null : row.GetGuid(20),
            TodoItem.StateOf((WorkState)row.GetInt16(23), !row.IsDBNull(19), row.GetFieldValue<Guid[]>(14).Length > 0),
            DeletedAt: null,
            row.GetInt32(21));
    }

    private static UserResponse ReadUser(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetString(1),
        row.GetString(2),
        row.GetString(3),
        row.GetGuid(4),
        row.GetBoolean(5),
        row.GetString(6),
        row.GetString(7),
        row.GetFieldValue<DateTimeOffset>(8),
        TimeOrNull(row, 9),
        TimeOrNull(row, 10),
        TimeOrNull(row, 11),
        DeletedAt: null);

    private static DateTimeOffset? TimeOrNull(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    private static async Task<Dictionary<string, Statements>> LoadStatementsAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var statements = new Dictionary<string, Statements>();
        await using var command = database.CreateCommand("SELECT slug, id FROM public.tenants");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var schema = TenantSchema.Of(reader.GetGuid(1)).Quoted;
            statements.Add(reader.GetString(0), new Statements(
                $"""
                SELECT t.id, t.title, t.notes, t.list_id, t.parent_id, t.position, t.priority, t.colour, t.start_at, t.due_at, t.is_all_day, t.time_zone, t.reminders,
                    t.estimate_minutes, t.assignee_ids, t.source, t.created_by, t.created_at, t.updated_at, t.completed_at, t.completed_by, t.version, t.tag_ids, t.work_state,
                    t.recurrence_rule, t.recurrence_mode, t.occurrence
                FROM {schema}.todos AS t WHERE t.id > $1 AND t.deleted_at IS NULL ORDER BY t.id LIMIT $2
                """,
                $"""
                SELECT u.id, u.email, u.name, r.name, u.role_id, u.is_active, u.language, u.time_zone, u.created_at, u.verified_at, u.approved_at, u.last_sign_in_at
                FROM {schema}.users AS u INNER JOIN {schema}.roles AS r ON u.role_id = r.id WHERE u.id > $1 AND u.deleted_at IS NULL ORDER BY u.id LIMIT $2
                """));
        }

        return statements;
    }

    private sealed record Statements(string Todos, string Users);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Page<TodoResponse>))]
[JsonSerializable(typeof(Page<UserResponse>))]
internal sealed partial class BaselineJson : JsonSerializerContext;
