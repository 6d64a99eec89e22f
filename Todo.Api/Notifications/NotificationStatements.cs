using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Lists;
using Todo.Api.Settings;
using Todo.Data.Tenants;
using Todo.Tenancy.Catalog;

namespace Todo.Api.Notifications;

/// <summary>
/// Tells people of what others do, in the statement or the transaction that does it. Nobody is told of what they did themselves, of a todo that they don't
/// see, or of what they don't want to hear of (their setting, or the tenant's where they have said nothing).
/// </summary>
internal static class NotificationStatements
{
    /// <summary>All of them.</summary>
    public const string Todos = "\"<tenant>\".todos AS todo";

    // Takes the text out of a setting's JSON.
    private const string Text = "#>> '{{}}'";

    // {0} is who did it, {1} the todos, {2} the people, or null for all who are to do it, {3} the id, or null for the todo's, {4} the time.
    private static readonly string Assigned =
        AssignedTo("{0}", "coalesce({3}::uuid, todo.id)", "{4}") + " AND todo.id = ANY ({1}) AND ({2}::uuid[] IS NULL OR person.id = ANY ({2}::uuid[]))";

    /// <summary>
    /// Tells a person, or a group of people, that a list is shared with them, if it is not yet: to stand before the statement that shares it. {0} is who
    /// does it, {1} the list, {2} the person or group, {3} the id, {4} the time.
    /// </summary>
    public static readonly string SharedSql =
        """
        INSERT INTO "<tenant>".notifications (person_id, id, kind, actor_id, list_id, created_at)
        SELECT person.id, {3}, 'list_shared', {0}, list.id, {4} FROM "<tenant>".todo_lists AS list JOIN "<tenant>".users AS person
            ON person.id = {2} OR person.id IN (SELECT member.user_id FROM "<tenant>".group_members AS member WHERE member.group_id = {2})
        WHERE list.id = {1} AND person.id <> {0} AND person.id IS DISTINCT FROM list.owner_id AND person.deleted_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM "<tenant>".list_shares AS share WHERE share.list_id = list.id AND share.subject_id = {2}) AND
        """ + " " + Wants(KnownSettings.ListShared);

    /// <summary>Tells those who are to do a new todo: to stand behind the statement that makes it.</summary>
    /// <param name="todo">The todo.</param>
    /// <param name="actor">Who made it.</param>
    /// <param name="now">The time.</param>
    /// <param name="id">The id.</param>
    /// <returns>As below.</returns>
    public static string AssignedSql(string todo, string actor, string now, string id = "todo.id") => AssignedTo(actor, id, now) + $" AND todo.id = {todo}";

    /// <summary>Tells whoever made a todo, and whoever is to do it, that it is completed.</summary>
    /// <param name="todos">Where <c>todo</c> comes from.</param>
    /// <param name="actor">Who completed it, or null.</param>
    /// <param name="id">The id.</param>
    /// <param name="now">The time.</param>
    /// <returns>A statement that ends in a condition, for more of them.</returns>
    public static string CompletedSql(string todos, string actor, string id, string now) =>
        OfTodo(KnownSettings.TodoCompleted, NotificationKind.TodoCompleted, todos, "todo.assignee_ids || todo.created_by", actor, id, "NULL::uuid", now);

    /// <summary>Tells those whom a comment mentions.</summary>
    /// <param name="comments">Where <c>comment</c> comes from.</param>
    /// <param name="people">Who is mentioned.</param>
    /// <param name="id">The id.</param>
    /// <param name="now">The time.</param>
    /// <returns>As above.</returns>
    public static string MentionedSql(string comments, string people, string id, string now) =>
        OfTodo(KnownSettings.Mentioned, NotificationKind.Mentioned, TodosOf(comments), people, "comment.author_id", id, "comment.id", now);

    /// <summary>Tells whoever made a todo, and whoever is to do it, that somebody commented on it.</summary>
    /// <param name="comments">Where <c>comment</c> comes from.</param>
    /// <param name="id">The id. Who is told of it already is not told again.</param>
    /// <param name="now">The time.</param>
    /// <returns>As above; <c>ON CONFLICT DO NOTHING</c> follows.</returns>
    public static string CommentedSql(string comments, string id, string now) =>
        OfTodo(KnownSettings.Commented, NotificationKind.Commented, TodosOf(comments), "todo.assignee_ids || todo.created_by", "comment.author_id", id, "comment.id", now);

    /// <summary>Tells people that todos are theirs to do from now on.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="me">Who did it.</param>
    /// <param name="todos">The todos.</param>
    /// <param name="people">Whom; null: all who are to do them, which are new.</param>
    /// <param name="id">The id; null: that of each todo.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public static Task AddAssignedAsync(TenantDbContext tenant, Guid me, Guid[] todos, Guid[]? people, Guid? id, DateTimeOffset now, CancellationToken cancellationToken) =>
        tenant.Database.ExecuteSqlAsync(FormattableStringFactory.Create(Assigned, me, todos, people, id, now), cancellationToken);

    private static string AssignedTo(string actor, string id, string now) =>
        OfTodo(KnownSettings.TodoAssigned, NotificationKind.TodoAssigned, Todos, "todo.assignee_ids", actor, id, "NULL::uuid", now);

    private static string TodosOf(string comments) => $"""{comments} JOIN "<tenant>".todos AS todo ON todo.id = comment.todo_id""";

    private static string OfTodo(SettingDefinition setting, NotificationKind kind, string todos, string people, string actor, string id, string comment, string now) =>
        $$"""
        INSERT INTO "<tenant>".notifications (person_id, id, kind, actor_id, todo_id, comment_id, created_at)
        SELECT person.id, {{id}}, '{{EnumText.Of(kind)}}', {{actor}}, todo.id, {{comment}}, {{now}} FROM {{todos}} JOIN "<tenant>".users AS person ON person.id = ANY ({{people}})
        WHERE person.id IS DISTINCT FROM {{actor}} AND person.deleted_at IS NULL AND {{Wants(setting)}}
            AND (todo.list_id IS NULL OR todo.list_id IN ({{ListAccess.ReadableSql.Replace("{0}", "person.id", StringComparison.Ordinal)}}))
        """;

    private static string Wants(SettingDefinition setting) =>
        $"""
        coalesce((SELECT own.value {Text} FROM "<tenant>".user_settings AS own WHERE own.user_id = person.id AND own.key = '{setting.Key}'),
            (SELECT common.value {Text} FROM "<tenant>".settings AS common WHERE common.key = '{setting.Key}'), '{setting.Default.GetString()}') <> '{KnownSettings.Never}'
        """;
}
