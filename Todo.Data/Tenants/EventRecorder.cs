using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Todo.Data.Tenants;

/// <summary>
/// Tells of the todos, lists and tags that a context is about to save, so that no code that changes them through it can forget to. What changes them
/// by a statement of its own writes the event in that statement.
/// </summary>
internal static class EventRecorder
{
    // The longest text that stands in an event as it was and is; of a longer one, such as notes, only that it changed.
    private const int MaxText = 500;

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // As the API names them, where that is not the property's name.
    private static readonly Dictionary<string, string> Names = new()
    {
        [nameof(TodoItem.StartAt)] = "start",
        [nameof(TodoItem.DueAt)] = "due",
        [nameof(TodoList.ArchivedAt)] = "isArchived",
    };

    // What changes with everything, and what has events of its own.
    private static readonly HashSet<string> Silent =
    [
        nameof(TodoItem.Version), nameof(TodoItem.UpdatedAt), nameof(TodoItem.ListId), nameof(TodoItem.CompletedAt), nameof(TodoItem.CompletedBy), nameof(TodoItem.DeletedAt), nameof(Tag.NameKey),
    ];

    public static void Record(TenantDbContext tenant, DateTimeOffset now)
    {
        foreach (var entry in tenant.ChangeTracker.Entries().Where(entry => entry.State is EntityState.Added or EntityState.Modified).ToArray())
        {
            switch (entry.Entity)
            {
                case TodoItem todo:
                    OfTodo(tenant, entry, todo, now);
                    break;
                case TodoList list:
                    OfList(tenant, entry, list, now);
                    break;
                case Tag tag:
                    Add(tenant, now, entry.State == EntityState.Added ? EventKind.TagCreated : EventKind.TagChanged, null, null, tag.Id, Changes(entry, nameof(Tag.Name)));
                    break;
            }
        }
    }

    private static void OfTodo(TenantDbContext tenant, EntityEntry entry, TodoItem todo, DateTimeOffset now)
    {
        if (entry.State == EntityState.Added)
        {
            Add(tenant, now, EventKind.TodoCreated, todo.ListId, todo.Id, null, Changes(entry, nameof(TodoItem.Title)));
            return;
        }

        var list = entry.Property(nameof(TodoItem.ListId));
        var changes = Changes(entry);
        if (list.IsModified && (Guid?)list.OriginalValue != todo.ListId)
        {
            // In another list it has another place.
            changes?.Remove(Camel(nameof(TodoItem.Position)));
            var move = new JsonObject { ["listId"] = FromTo((Guid?)list.OriginalValue, todo.ListId) };
            Add(tenant, now, EventKind.TodoMoved, todo.ListId, todo.Id, null, move);
            Add(tenant, now, EventKind.TodoLeft, (Guid?)list.OriginalValue, todo.Id, null, move.DeepClone().AsObject());
        }

        if (tenant.ChangeTracker.Entries<TodoOccurrence>().Where(one => one.Entity.TodoId == todo.Id && one.State is not EntityState.Unchanged).Select(one => one.Entity.Original).ToArray() is [_, ..] occurrences)
        {
            changes ??= [];
            changes["occurrences"] = new JsonObject { ["to"] = JsonSerializer.SerializeToNode(occurrences.Order()) };
        }

        var completed = entry.Property(nameof(TodoItem.CompletedAt));
        if (completed.IsModified && completed.OriginalValue is null != todo.CompletedAt is null)
        {
            Add(tenant, now, todo.CompletedAt is null ? EventKind.TodoReopened : EventKind.TodoCompleted, todo.ListId, todo.Id, null, null);
        }

        if (changes is { Count: > 0 })
        {
            Add(tenant, now, EventKind.TodoChanged, todo.ListId, todo.Id, null, changes);
        }
    }

    private static void OfList(TenantDbContext tenant, EntityEntry entry, TodoList list, DateTimeOffset now)
    {
        if (entry.State == EntityState.Added)
        {
            Add(tenant, now, EventKind.ListCreated, list.Id, null, null, Changes(entry, nameof(TodoList.Name)));
            return;
        }

        var deleted = entry.Property(nameof(TodoList.DeletedAt));
        if (deleted.IsModified && deleted.OriginalValue is null != list.DeletedAt is null)
        {
            Add(tenant, now, list.DeletedAt is null ? EventKind.ListRestored : EventKind.ListDeleted, list.Id, null, null, null);
        }

        if (Changes(entry) is { } changes)
        {
            Add(tenant, now, EventKind.ListChanged, list.Id, null, null, changes);
        }
    }

    private static void Add(TenantDbContext tenant, DateTimeOffset now, string kind, Guid? list, Guid? todo, Guid? subject, JsonObject? changes) => tenant.Events.Add(new TenantEvent
    {
        At = now,
        Kind = kind,
        ActorKind = tenant.Actor.Kind,
        ActorId = tenant.Actor.Id,
        ListId = list,
        TodoId = todo,
        SubjectId = subject,
        Changes = changes?.ToJsonString(Readable),
    });

    // Of what is new, what it is called; of what changed, what did. Null: nothing that anybody is told.
    private static JsonObject? Changes(EntityEntry entry, string? name = null)
    {
        if (entry.State == EntityState.Added)
        {
            return new JsonObject { [Camel(name!)] = new JsonObject { ["to"] = Value(entry.Property(name!).Metadata, entry.Property(name!).CurrentValue) } };
        }

        var changes = new JsonObject();
        foreach (var property in entry.Properties.Where(property => property.IsModified && !Silent.Contains(property.Metadata.Name)))
        {
            var (from, to) = (Value(property.Metadata, property.OriginalValue), Value(property.Metadata, property.CurrentValue));
            if (!JsonNode.DeepEquals(from, to))
            {
                changes[Names.GetValueOrDefault(property.Metadata.Name) ?? Camel(property.Metadata.Name)] = IsLong(from) || IsLong(to) ? new JsonObject() : FromTo(from, to);
            }
        }

        return changes.Count == 0 ? null : changes;
    }

    private static JsonObject FromTo(JsonNode? from, JsonNode? to) => new() { ["from"] = from, ["to"] = to };

    private static bool IsLong(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > MaxText;

    private static JsonNode? Value(IReadOnlyProperty property, object? value) => value switch
    {
        _ when property.Name == nameof(TodoList.ArchivedAt) => value is not null,
        null => null,
        string text => text,
        Enum member => member.ToString(),
        _ => JsonSerializer.SerializeToNode(value, value.GetType()),
    };

    private static string Camel(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);
}
