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

        // What is not due comes after all that is; first, the other way round.
        ["due"] = new(
            (todos, descending) => descending
                ? todos.OrderByDescending(todo => todo.DueAt ?? Never).ThenByDescending(todo => todo.Id)
                : todos.OrderBy(todo => todo.DueAt ?? Never).ThenBy(todo => todo.Id),
            (todos, after, descending) => !TryReadTime(after.Value, out var value) ? null
                : descending ? todos.Where(todo => EF.Functions.LessThan(ValueTuple.Create(todo.DueAt ?? Never, todo.Id), ValueTuple.Create(value, after.Id)))
                : todos.Where(todo => EF.Functions.GreaterThan(ValueTuple.Create(todo.DueAt ?? Never, todo.Id), ValueTuple.Create(value, after.Id))),
            todo => WriteTime(todo.Due?.In(todo.TimeZone) ?? Never)),
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

    /// <summary>Puts todos in this order.</summary>
    public IQueryable<TodoItem> Apply(IQueryable<TodoItem> todos) => Chosen.Apply(todos, IsDescending);

    /// <summary>Those after the last of the page before; null: that page was in another order.</summary>
    public IQueryable<TodoItem>? After(IQueryable<TodoItem> todos, OrderedCursor cursor) => Chosen.After(todos, cursor, IsDescending);

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

    private sealed record Order(
        Func<IQueryable<TodoItem>, bool, IQueryable<TodoItem>> Apply,
        Func<IQueryable<TodoItem>, OrderedCursor, bool, IQueryable<TodoItem>?> After,
        Func<TodoResponse, string?> Value);
}
