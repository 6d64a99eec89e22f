using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Paging;
using Todo.Data.Tenants;

namespace Todo.Api.Todos;

/// <summary>An order of todos: a name of this list, with a minus for the other way round. No other text gets near a query. Equal ones are in the order of their making.</summary>
internal readonly record struct TodoSort : IParsable<TodoSort>
{
    private static readonly Dictionary<string, Order> Orders = new()
    {
        ["createdAt"] = new(
            (todos, descending) => descending ? todos.OrderByDescending(todo => todo.Id) : todos.OrderBy(todo => todo.Id),
            (todos, after, descending) => after.Value is not null ? null : descending ? todos.Where(todo => todo.Id < after.Id) : todos.Where(todo => todo.Id > after.Id),
            _ => null),
        ["position"] = new(
            (todos, descending) => descending ? todos.OrderByDescending(todo => todo.Position).ThenByDescending(todo => todo.Id) : todos.OrderBy(todo => todo.Position).ThenBy(todo => todo.Id),
            (todos, after, descending) => after.Value is not { } value ? null
                : descending ? todos.Where(todo => EF.Functions.LessThan(ValueTuple.Create(todo.Position, todo.Id), ValueTuple.Create(value, after.Id)))
                : todos.Where(todo => EF.Functions.GreaterThan(ValueTuple.Create(todo.Position, todo.Id), ValueTuple.Create(value, after.Id))),
            todo => todo.Position),
        ["title"] = new(
            (todos, descending) => descending ? todos.OrderByDescending(todo => todo.Title).ThenByDescending(todo => todo.Id) : todos.OrderBy(todo => todo.Title).ThenBy(todo => todo.Id),
            (todos, after, descending) => after.Value is not { } value ? null
                : descending ? todos.Where(todo => EF.Functions.LessThan(ValueTuple.Create(todo.Title, todo.Id), ValueTuple.Create(value, after.Id)))
                : todos.Where(todo => EF.Functions.GreaterThan(ValueTuple.Create(todo.Title, todo.Id), ValueTuple.Create(value, after.Id))),
            todo => todo.Title),
        ["priority"] = new(
            (todos, descending) => descending ? todos.OrderByDescending(todo => todo.Priority).ThenByDescending(todo => todo.Id) : todos.OrderBy(todo => todo.Priority).ThenBy(todo => todo.Id),
            (todos, after, descending) => !Enum.TryParse<TodoPriority>(after.Value, out var value) ? null
                : descending ? todos.Where(todo => EF.Functions.LessThan(ValueTuple.Create(todo.Priority, todo.Id), ValueTuple.Create(value, after.Id)))
                : todos.Where(todo => EF.Functions.GreaterThan(ValueTuple.Create(todo.Priority, todo.Id), ValueTuple.Create(value, after.Id))),
            todo => todo.Priority.ToString()),
        ["updatedAt"] = new(
            (todos, descending) => descending ? todos.OrderByDescending(todo => todo.UpdatedAt).ThenByDescending(todo => todo.Id) : todos.OrderBy(todo => todo.UpdatedAt).ThenBy(todo => todo.Id),
            (todos, after, descending) => !TryReadTime(after.Value, out var value) ? null
                : descending ? todos.Where(todo => EF.Functions.LessThan(ValueTuple.Create(todo.UpdatedAt, todo.Id), ValueTuple.Create(value, after.Id)))
                : todos.Where(todo => EF.Functions.GreaterThan(ValueTuple.Create(todo.UpdatedAt, todo.Id), ValueTuple.Create(value, after.Id))),
            todo => WriteTime(todo.UpdatedAt)),

        // What is not due comes after all that is; first, the other way round. They are looked for apart: so an index has each of the two in order, and no more than a page of each is read.
        ["due"] = new(TakeByDue, todo => WriteTime(todo.Due?.In(todo.TimeZone) ?? Never)),
    };

    private TodoSort(string name, bool isDescending) => (Name, IsDescending) = (name, isDescending);

    /// <summary>What may be asked for.</summary>
    public static string Rule => $"sort is one of {string.Join(", ", Orders.Keys)}, with a minus before it for the other way round.";

    /// <summary>Whether it is the order that there is if nobody asks for one: that of the making.</summary>
    public bool IsDefault => Name is null or "createdAt" && !IsDescending;

    // As PostgreSQL's infinity, which is later than any time.
    private static DateTimeOffset Never => DateTimeOffset.MaxValue;

    private string Name { get; }

    private bool IsDescending { get; }

    private Order Chosen => Orders[Name ?? "createdAt"];

    /// <summary>The first of them in this order, or the first after the last of the page before; null: that page was in another order.</summary>
    public IQueryable<TodoItem>? Take(IQueryable<TodoItem> todos, OrderedCursor? cursor, int count) => Chosen.Take(todos, cursor, count, IsDescending);

    /// <summary>The cursor of the page that starts after this one.</summary>
    public string Cursor(TodoResponse last) => OrderedCursor.Encode(Chosen.Value(last), last.Id);

    public static TodoSort Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var sort) ? sort : throw new FormatException(Rule);

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out TodoSort result)
    {
        var isDescending = s is ['-', ..];
        var name = isDescending ? s![1..] : s ?? "";
        result = Orders.ContainsKey(name) ? new TodoSort(name, isDescending) : default;
        return result.Name is not null;
    }

    private static string WriteTime(DateTimeOffset time) => time.UtcTicks.ToString(CultureInfo.InvariantCulture);

    private static bool TryReadTime(string? text, out DateTimeOffset time)
    {
        var isTime = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTimeOffset.MaxValue.UtcTicks;
        time = isTime ? new DateTimeOffset(ticks, TimeSpan.Zero) : default;
        return isTime;
    }

    private static IQueryable<TodoItem>? TakeByDue(IQueryable<TodoItem> todos, OrderedCursor? cursor, int count, bool descending)
    {
        var (dated, undated) = (todos.Where(todo => todo.DueAt != null), todos.Where(todo => todo.DueAt == null));
        if (cursor is { Id: var id } after)
        {
            if (!TryReadTime(after.Value, out var value))
            {
                return null;
            }

            if (value == Never)
            {
                undated = descending ? undated.Where(todo => todo.Id < id) : undated.Where(todo => todo.Id > id);
                return descending ? Page.First(InOrder(Dated().Concat(Undated())), count) : Undated();
            }

            dated = descending
                ? dated.Where(todo => EF.Functions.LessThan(ValueTuple.Create(todo.DueAt!.Value, todo.Id), ValueTuple.Create(value, id)))
                : dated.Where(todo => EF.Functions.GreaterThan(ValueTuple.Create(todo.DueAt!.Value, todo.Id), ValueTuple.Create(value, id)));
            if (descending)
            {
                return Dated();
            }
        }

        return Page.First(InOrder(Dated().Concat(Undated())), count);

        IQueryable<TodoItem> Dated() => Page.First(
            descending ? dated.OrderByDescending(todo => todo.DueAt).ThenByDescending(todo => todo.Id) : dated.OrderBy(todo => todo.DueAt).ThenBy(todo => todo.Id), count);

        IQueryable<TodoItem> Undated() => Page.First(descending ? undated.OrderByDescending(todo => todo.Id) : undated.OrderBy(todo => todo.Id), count);

        IQueryable<TodoItem> InOrder(IQueryable<TodoItem> both) => descending
            ? both.OrderByDescending(todo => todo.DueAt ?? Never).ThenByDescending(todo => todo.Id)
            : both.OrderBy(todo => todo.DueAt ?? Never).ThenBy(todo => todo.Id);
    }

    private sealed record Order(Func<IQueryable<TodoItem>, OrderedCursor?, int, bool, IQueryable<TodoItem>?> Take, Func<TodoResponse, string?> Value)
    {
        public Order(
            Func<IQueryable<TodoItem>, bool, IQueryable<TodoItem>> apply, Func<IQueryable<TodoItem>, OrderedCursor, bool, IQueryable<TodoItem>?> after, Func<TodoResponse, string?> value)
            : this(
                (todos, cursor, count, descending) => (cursor is { } last ? after(todos, last, descending) : todos) is { } rest ? Page.First(apply(rest, descending), count) : null,
                value)
        {
        }
    }
}
