using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Csv;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Lists;
using Todo.Api.Paging;
using Todo.Api.Todos;
using Todo.Api.Work;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Statistics;

/// <summary>What the caller sees as CSV files, for spreadsheets.</summary>
internal static class TodoExportEndpoints
{
    public static void MapTodoExports(this IEndpointRouteBuilder app)
    {
        const string Harmless = " Text that a spreadsheet would take for a formula has an apostrophe before it.";
        var group = app.MapGroup("").WithTags("Statistics").ExplainRefusals();
        group.MapGet("/todos/export", ExportTodosAsync).RequirePermission(Permission.TodosRead).WithName("ExportTodos").WithSummary("Get todos as CSV")
            .WithDescription("Those that one sees, oldest first; list, assignee (an id, or me) and state each leave out what does not fit." + Harmless)
            .Produces<string>(StatusCodes.Status200OK, CsvDownload.ContentType).ProducesProblem(StatusCodes.Status400BadRequest);
        group.MapGet("/work/export", ExportWorkAsync).RequirePermission(Permission.TodosRead).WithName("ExportWork").WithSummary("Get the work log as CSV")
            .WithDescription("Who did what with the todos that one sees, oldest first. " + TimeWindow.Rule + Harmless)
            .Produces<string>(StatusCodes.Status200OK, CsvDownload.ContentType).ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static async Task ExportTodosAsync(
        HttpContext context, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken, Guid? list = null, PersonFilter? assignee = null, TodoState? state = null)
    {
        var filter = new TodoFilter { List = list, Assignee = assignee is { } person ? person.Id ?? identity.UserId : null, State = state };
        var people = await tenant.Users.Select(user => new { user.Id, user.Name }).ToDictionaryAsync(user => user.Id, user => user.Name, cancellationToken);
        var tags = await tenant.Tags.Select(tag => new { tag.Id, tag.Name }).ToDictionaryAsync(tag => tag.Id, tag => tag.Name, cancellationToken);
        await using var csv = await CsvDownload.BeginAsync(
            context, "todos.csv", cancellationToken, "id", "list", "part_of", "title", "notes", "state", "priority", "start", "due", "time_zone", "estimate_minutes", "assignees", "tags", "created_by", "created_at", "completed_by", "completed_at");
        var todos = from todo in filter.Apply(ListAccess.Todos(tenant, identity.UserId, ListRight.Read))
                    orderby todo.Id
                    select new { Todo = todo, List = tenant.Lists.Where(one => one.Id == todo.ListId).Select(one => one.Name).FirstOrDefault() };
        await foreach (var row in todos.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var todo = row.Todo;
            await csv.WriteAsync(
                cancellationToken,
                todo.Id.ToString(),
                row.List,
                todo.ParentId?.ToString(),
                todo.Title,
                todo.Notes,
                todo.State.ToString(),
                todo.Priority.ToString(),
                DayOrTime.Of(todo.StartAt, todo.IsAllDay, todo.TimeZone)?.ToString(),
                DayOrTime.Of(todo.DueAt, todo.IsAllDay, todo.TimeZone)?.ToString(),
                todo.TimeZone,
                todo.EstimateMinutes?.ToString(CultureInfo.InvariantCulture),
                string.Join("; ", todo.AssigneeIds.Select(id => people.GetValueOrDefault(id))),
                string.Join("; ", todo.TagIds.Select(id => tags.GetValueOrDefault(id))),
                people.GetValueOrDefault(todo.CreatedBy),
                $"{todo.CreatedAt:O}",
                todo.CompletedBy is { } by ? people.GetValueOrDefault(by) : null,
                $"{todo.CompletedAt:O}");
        }
    }

    private static async Task ExportWorkAsync(
        HttpContext context, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken, DayOrTime? from = null, DayOrTime? to = null)
    {
        var window = TimeWindow.Between(from, to, identity.Caller, clock.GetTimestamptz());

        // By their ids, whose order is that of time: the primary key is the index.
        var (start, end, first, last) = (window.From, window.To, SortableId.LowestAt(window.From), SortableId.LowestAt(window.To.AddMilliseconds(1)));
        var entries =
            from entry in tenant.WorkEntries
            join todo in ListAccess.Todos(tenant, identity.UserId, ListRight.Read) on entry.TodoId equals todo.Id
            where entry.Id >= first && entry.Id <= last && entry.At >= start && entry.At < end
            orderby entry.Id
            select new
            {
                Entry = entry,
                todo.Title,
                Actor = tenant.Users.Where(user => user.Id == entry.ActorId).Select(user => user.Name).FirstOrDefault(),
                Person = tenant.Users.Where(user => user.Id == entry.PersonId).Select(user => user.Name).FirstOrDefault(),
            };
        await using var csv = await CsvDownload.BeginAsync(context, "work.csv", cancellationToken, "at", "todo_id", "title", "action", "by", "person", "from", "to", "comment");
        await foreach (var row in entries.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var entry = row.Entry;
            await csv.WriteAsync(
                cancellationToken, $"{entry.At:O}", entry.TodoId.ToString(), row.Title, entry.Action.ToString(), row.Actor, row.Person, entry.FromState.ToString(), entry.ToState.ToString(), entry.Comment);
        }
    }
}
