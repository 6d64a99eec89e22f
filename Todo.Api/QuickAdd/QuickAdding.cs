using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using NodaTime;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Lists;
using Todo.Api.Occurrences;
using Todo.Api.Settings;
using Todo.Api.Todos;
using Todo.Data;
using Todo.Data.Tenants;
using Todo.Scheduling.QuickAdd;

namespace Todo.Api.QuickAdd;

/// <summary>
/// Makes a todo of a line of text. One statement looks up whatever the line may name; what it names that is not there, or not for this person, is a part
/// of the title.
/// </summary>
internal sealed class QuickAdding(TenantDbContext tenant, RequestIdentity identity, TimeProvider clock)
{
    private const int MaxFound = 1_000;

    // {0} is the person; {1} names as they are written and {2} in lower case; {3} people's; {4} the list that is meant if the line names none.
    private static readonly string Names =
        """
        WITH named AS (SELECT one.id, one.name, one.owner_id FROM "<tenant>".todo_lists AS one WHERE (one.name = ANY ({1}) OR lower(one.name) = ANY ({2})) AND one.id IN (
        """ + ListAccess.WritableSql +
        """
        ))
        (SELECT 'list' AS "Kind", named.id AS "Id", named.name AS "Name", '' AS "Handle", ARRAY[]::uuid[] AS "ListIds" FROM named ORDER BY named.owner_id IS DISTINCT FROM {0}, named.id LIMIT 200)
        UNION ALL SELECT 'tag', tag.id, tag.name, '', ARRAY[]::uuid[] FROM "<tenant>".tags AS tag WHERE tag.name_key = ANY ({2}) AND NOT tag.is_hidden
        UNION ALL (SELECT 'person', person.id, person.name, split_part(person.email, '@', 1), ARRAY(
        """ + ListAccess.ReadableSql.Replace("{0}", "person.id", StringComparison.Ordinal) +
        """
         AND (list.id = {4} OR list.id IN (SELECT named.id FROM named)))
            FROM "<tenant>".users AS person WHERE person.deleted_at IS NULL AND person.is_active
                AND (lower(person.name) = ANY ({3}) OR lower(split_part(person.name, ' ', 1)) = ANY ({3}) OR split_part(person.email, '@', 1) = ANY ({3})) ORDER BY person.id LIMIT 200)
        """;

    /// <summary>A todo that is not stored yet, and what of the line it was made of.</summary>
    /// <exception cref="RefusedException">There is nothing in the line.</exception>
    public async Task<(TodoItem Todo, IReadOnlyList<QuickAddPartResponse> Parts)> ReadAsync(QuickAddRequest request, CancellationToken cancellationToken)
    {
        // As many characters, so that parts are where they were. Nobody types these; some can't be stored.
        var text = string.Concat(request.Text.Select(letter => char.IsControl(letter) ? ' ' : letter));
        if (string.IsNullOrWhiteSpace(text))
        {
            throw RefusedException.InvalidField("text", "The text needs more than white space.");
        }

        var (me, now) = (identity.UserId, clock.GetTimestamptz());
        var fallback = request.ListId ?? me;
        var found = await FindAsync(text, me, fallback, cancellationToken);
        var zoneName = request.TimeZone ?? identity.Caller.Regional.TimeZone;
        var zone = TimeZones.Find(zoneName);
        var lists = ByName(found, "list");
        var tags = ByName(found, "tag");

        // Who is meant depends on the list, which may come last.
        var moment = Instant.FromDateTimeOffset(now).InZone(zone);
        var named = QuickAddParser.Parse(text, moment, new QuickAddNames(lists.ContainsKey, tags.ContainsKey, _ => true)).List;
        var list = named is null ? fallback : lists[named];
        var people = found.Where(one => one.Kind == "person" && (one.ListIds.Contains(list) || one.Id == me)).ToArray();
        var line = QuickAddParser.Parse(text, moment, new QuickAddNames(lists.ContainsKey, tags.ContainsKey, name => PersonOf(name, people, me) is not null));

        var due = line.Due is not { } day ? (DayOrTime?)null
            : day.Time is { } time ? new DayOrTime(zone.AtLeniently(day.Date + time).ToDateTimeOffset()) : new DayOrTime(day.Date.ToDateOnly());
        var recurrence = line.Rule is { } rule ? new NewRecurrence(rule.ToString())
            : line.AfterDone is { } after ? new NewRecurrence(after.ToRule().ToString(), RecurrenceMode.Completion) : null;
        var (title, rest) = Cut(line.Title);
        var errors = new List<FieldError>();
        var todo = TodoFields.Make(
            new NewTodo(
                title,
                Notes: rest,
                ListId: list,
                Priority: line.Priority is { } priority ? (TodoPriority)((int)TodoPriority.Urgent + 1 - priority) : TodoPriority.None,
                Due: due,
                TimeZone: due is null ? null : zoneName,
                EstimateMinutes: line.EstimateMinutes,
                AssigneeIds: [.. line.People.Select(name => PersonOf(name, people, me)!.Value)],
                TagIds: [.. line.Tags.Select(name => tags[name])],
                Recurrence: recurrence),
            identity.Caller,
            now,
            errors,
            TodoSource.QuickAdd);
        if (errors.Count > 0)
        {
            // Such as a repetition that ended long ago: then it is a line like any other.
            (title, rest) = Cut(text.Trim());
            return (TodoFields.Make(new NewTodo(title, rest, list), identity.Caller, now, [], TodoSource.QuickAdd), []);
        }

        return (todo, [.. line.Parts.Select(part => Show(part, todo, text, lists, tags, people, me))]);
    }

    private static QuickAddPartResponse Show(
        QuickAddPart part, TodoItem todo, string text, Dictionary<string, Guid> lists, Dictionary<string, Guid> tags, FoundName[] people, Guid me)
    {
        var (field, value) = part.Kind switch
        {
            QuickAddKind.List => (QuickAddField.List, lists[part.Name!].ToString()),
            QuickAddKind.Tag => (QuickAddField.Tag, tags[part.Name!].ToString()),
            QuickAddKind.Person => (QuickAddField.Assignee, PersonOf(part.Name!, people, me)!.Value.ToString()),
            QuickAddKind.Priority => (QuickAddField.Priority, todo.Priority.ToString()),
            QuickAddKind.Estimate => (QuickAddField.EstimateMinutes, todo.EstimateMinutes!.Value.ToString(CultureInfo.InvariantCulture)),
            QuickAddKind.Repeat => (QuickAddField.Recurrence, todo.RecurrenceRule!),
            _ => (QuickAddField.Due, DayOrTime.Of(todo.DueAt, todo.IsAllDay, todo.TimeZone)?.ToString() ?? ""),
        };
        return new QuickAddPartResponse(field, part.Start, part.Length, text.Substring(part.Start, part.Length), value);
    }

    // By the whole name, else by the first, or what stands before the @ of the address; and only if that is one person.
    private static Guid? PersonOf(string name, FoundName[] people, Guid me)
    {
        if (name.Equals("me", StringComparison.OrdinalIgnoreCase))
        {
            return me;
        }

        var whole = people.Where(person => person.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).ToArray();
        var meant = whole.Length > 0 ? whole
            : [.. people.Where(person => person.Name.Split(' ')[0].Equals(name, StringComparison.OrdinalIgnoreCase) || person.Handle.Equals(name, StringComparison.OrdinalIgnoreCase))];
        return meant is [var one] ? one.Id : null;
    }

    // The first of those that are called the same; the statement has put one's own first.
    private static Dictionary<string, Guid> ByName(List<FoundName> found, string kind)
    {
        var ids = new Dictionary<string, Guid>(StringComparer.OrdinalIgnoreCase);
        foreach (var one in found.Where(one => one.Kind == kind))
        {
            ids.TryAdd(one.Name, one.Id);
        }

        return ids;
    }

    // What is too long for a title is cut between words, and the notes have all of it.
    private static (string Title, string? Notes) Cut(string title)
    {
        if (title.Length <= TodoItem.MaxTitleLength)
        {
            return (title, null);
        }

        var space = title.LastIndexOf(' ', TodoItem.MaxTitleLength - 2);
        var end = space > TodoItem.MaxTitleLength / 2 ? space : TodoItem.MaxTitleLength - 2;
        end -= char.IsHighSurrogate(title[end - 1]) ? 1 : 0;
        return (title[..end].TrimEnd() + "…", title);
    }

    private Task<List<FoundName>> FindAsync(string text, Guid me, Guid list, CancellationToken cancellationToken)
    {
        var names = QuickAddParser.NamesIn(text);
        string[] things = [.. names.Where(one => one.Mark != '@').Select(one => one.Name).Distinct()];
        string[] people = [.. names.Where(one => one.Mark == '@').Select(one => one.Name.ToLowerInvariant()).Distinct()];
        string[] keys = [.. things.Select(Tag.KeyOf).Distinct()];
        return tenant.Database.SqlQuery<FoundName>(FormattableStringFactory.Create(Names, me, things, keys, people, list)).AsNoTracking().Take(MaxFound).ToListAsync(cancellationToken);
    }

    /// <summary>Something that the line may name.</summary>
    /// <param name="Kind">What it is.</param>
    /// <param name="Id">Its id.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="Handle">Another name of a person.</param>
    /// <param name="ListIds">Of the lists in question, those that a person sees.</param>
    private sealed record FoundName(string Kind, Guid Id, string Name, string Handle, Guid[] ListIds);
}
