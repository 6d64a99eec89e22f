using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using Npgsql;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Lists;
using Todo.Api.Occurrences;
using Todo.Api.Settings;
using Todo.Api.Tags;
using Todo.Api.Todos;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;
using Todo.Scheduling.Calendars;

namespace Todo.Api.Import;

/// <summary>Todos from a file.</summary>
internal static class TodoImportEndpoints
{
    private const string Csv = "text/csv";
    private const string Calendar = "text/calendar";

    public static void MapTodoImport(this RouteGroupBuilder todos) => todos.MapPost("/import", ImportAsync).RequirePermission(Permission.TodosWrite)
        .WithName("ImportTodos").WithSummary("Make todos from CSV or a calendar file")
        .WithDescription("Into list, or one's inbox. CSV has the columns title and, if wanted, notes, priority, start, due, time_zone, estimate_minutes, tags (names, with ; between) and recurrence (a rule); others are left alone. "
            + $"A calendar (RFC 5545) has tasks and events. At most {TodoFile.MaxTodos:N0} todos and 1 MiB; timeZone is for times that name none. With dryRun=true it only says what would be. All are made or, if one is wrong, none.")
        .Accepts<Stream>(Csv, Calendar)
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Ok<TodoImportReport>> ImportAsync(
        HttpContext context,
        RequestIdentity identity,
        TenantDbContext tenant,
        TimeProvider clock,
        CancellationToken cancellationToken,
        bool dryRun = false,
        Guid? list = null,
        [TimeZone] string? timeZone = null)
    {
        var content = await ReadAsync(context, cancellationToken);
        var isCalendar = MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) && type.MediaType.Equals(Calendar, StringComparison.OrdinalIgnoreCase);
        var file = isCalendar ? TodoCalendar.Read(content, timeZone) : TodoCsv.Read(content, timeZone);
        var (me, now) = (identity.UserId, clock.GetTimestamptz());
        var target = list ?? me;
        await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);
        if (target == me && !dryRun)
        {
            await Inbox.EnsureAsync(tenant, me, now, cancellationToken);
        }

        await ListAccess.RequireWritableAsync(tenant, me, [target], cancellationToken);
        var tags = await TagsAsync(tenant, file, cancellationToken);
        var gone = dryRun ? [] : await TagStatements.HoldAsync(tenant, [.. tags.Values], cancellationToken);
        foreach (var (name, _) in tags.Where(tag => gone.Contains(tag.Value)).ToArray())
        {
            tags.Remove(name);
        }

        var occurrences = new List<TodoOccurrence>();
        for (var i = 0; i < file.Rows.Count; i++)
        {
            Add(tenant, file, file.Rows[i], tags, target, identity.Caller, now.AddMicroseconds(i), isCalendar, occurrences);
        }

        file.Errors.Sort((one, other) => one.Line.CompareTo(other.Line));
        if (dryRun)
        {
            return TypedResults.Ok(new TodoImportReport(dryRun, file.Rows.Count, 0, file.Errors));
        }

        if (file.Errors.Count > 0)
        {
            throw RefusedException.Invalid("Nothing was made: some lines are wrong.", new Dictionary<string, object?> { ["errors"] = file.Errors });
        }

        try
        {
            // The todos first: the context does not know that occurrences are of them.
            await tenant.SaveChangesAsync(cancellationToken);
            tenant.Occurrences.AddRange(occurrences);
            await tenant.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation })
        {
            throw RefusedException.Conflict("Somebody deleted the list meanwhile.");
        }

        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Ok(new TodoImportReport(dryRun, file.Rows.Count, file.Rows.Count, []));
    }

    private static async Task<string> ReadAsync(HttpContext context, CancellationToken cancellationToken)
    {
        using var text = new StreamReader(context.Request.Body, new UTF8Encoding(false, throwOnInvalidBytes: true));
        try
        {
            return await text.ReadToEndAsync(cancellationToken);
        }
        catch (DecoderFallbackException)
        {
            throw RefusedException.Invalid("The file is not UTF-8 text.");
        }
    }

    private static async Task<Dictionary<string, Guid>> TagsAsync(TenantDbContext tenant, TodoFile file, CancellationToken cancellationToken)
    {
        string[] keys = [.. file.Rows.SelectMany(row => row.Tags).Select(Tag.KeyOf).Distinct()];
        return keys.Length == 0 ? [] : await tenant.Tags.Where(tag => keys.Contains(tag.NameKey)).ToDictionaryAsync(tag => tag.NameKey, tag => tag.Id, cancellationToken);
    }

    private static void Add(TenantDbContext tenant, TodoFile file, TodoRow row, Dictionary<string, Guid> tags, Guid list, Caller caller, DateTimeOffset now, bool isCalendar, List<TodoOccurrence> occurrences)
    {
        foreach (var name in row.Tags.Where(name => !row.MayHaveOtherTags && !tags.ContainsKey(Tag.KeyOf(name))))
        {
            file.Require(false, row.Line, "tags", $"There is no tag '{name}'. Make it first.");
        }

        var errors = new List<FieldError>();
        var known = row.Tags.Select(Tag.KeyOf).Where(tags.ContainsKey).Select(key => tags[key]).ToArray();
        var todo = TodoFields.Make(row.Todo with { ListId = list, TagIds = known }, caller, now, errors, TodoSource.Import);
        foreach (var (field, rule) in errors)
        {
            file.Require(false, row.Line, isCalendar ? null : JsonNamingPolicy.SnakeCaseLower.ConvertName(field.Split('.')[0]), rule);
        }

        if (errors.Count > 0)
        {
            return;
        }

        if (row.CompletedAt is { } done)
        {
            (todo.CompletedAt, todo.CompletedBy) = (done == DateTimeOffset.MinValue ? now : done, caller.UserId);
        }

        tenant.Todos.Add(todo);
        if (row.Series?.ToSeries(TimeZones.Find(todo.TimeZone)) is { } series)
        {
            var changed = new Dictionary<DateTime, TodoOccurrence>();
            foreach (var time in series.Excluded.Distinct())
            {
                changed[time.ToDateTimeUnspecified()] = new TodoOccurrence { TodoId = todo.Id, Original = time.ToDateTimeUnspecified(), IsCancelled = true };
            }

            foreach (var time in series.Added.Select(time => time.ToDateTimeUnspecified()).Where(time => !changed.ContainsKey(time)))
            {
                changed[time] = new TodoOccurrence { TodoId = todo.Id, Original = time, MovedTo = time };
            }

            foreach (var item in row.Changed)
            {
                var one = Changed(todo, row.Series, item, caller, now);
                changed[one.Original] = one;
            }

            occurrences.AddRange(changed.Values);

            // What a calendar has of the past is not to be done any more.
            if (todo.CompletedAt is null && Repetition.Next(todo, changed.Values, now) is { } next)
            {
                Repetition.Place(todo, next);
            }
        }
    }

    private static TodoOccurrence Changed(TodoItem todo, CalendarItem series, CalendarItem item, Caller caller, DateTimeOffset now)
    {
        var zone = TimeZones.Find(todo.TimeZone);
        var original = LocalOf(item.RecurrenceId!.Value);
        var begins = item.Start ?? item.End;
        var isDone = item.Status == CalendarStatus.Completed || item.Completed is not null;
        var title = TodoCalendar.TitleOf(item);
        return new TodoOccurrence
        {
            TodoId = todo.Id,
            Original = original,
            MovedTo = begins is { } time && LocalOf(time) is var moved && moved != original ? moved : null,
            Title = title == todo.Title ? null : title.Length <= TodoItem.MaxTitleLength ? title : title[..TodoItem.MaxTitleLength],
            Notes = item.Notes == series.Notes || item.Notes is null || item.Notes.Length > TodoItem.MaxNotesLength ? null : item.Notes,
            IsCancelled = item.Status == CalendarStatus.Cancelled,
            CompletedAt = isDone ? item.Completed?.ToDateTimeOffset() ?? now : null,
            CompletedBy = isDone ? caller.UserId : null,
        };

        DateTime LocalOf(CalendarTime time) => (time.IsDate ? time.Local : time.ToInstant(zone).InZone(zone).LocalDateTime).ToDateTimeUnspecified();
    }
}
