using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Lists;
using Todo.Api.Notifications;
using Todo.Api.Paging;
using Todo.Data.Tenants;

namespace Todo.Api.Comments;

/// <summary>What is done to a comment in one statement, which also writes the event that tells of it, and says whether the caller may, and whether everybody who is mentioned sees the todo. If nothing is done, it is asked why.</summary>
internal static class CommentStatements
{
    private const string Comments = "\"<tenant>\".comments AS comment";

    // {0} is the person; {1} the todo.
    private const string Todo = """todo.id = {1} AND todo.deleted_at IS NULL AND (todo.list_id IS NULL OR todo.list_id IN (""" + ListAccess.ReadableSql + "))";

    // {2} are those who are mentioned.
    private static readonly string Readers =
        """
        SELECT person.id FROM "<tenant>".users AS person WHERE person.id = ANY ({2}) AND person.deleted_at IS NULL AND (todo.list_id IS NULL OR todo.list_id IN (
        """ + ListAccess.ReadableSql.Replace("{0}", "person.id", StringComparison.Ordinal) + "))";

    private static readonly string AllRead = "(cardinality({2}) = 0 OR cardinality({2}) = (SELECT count(*) FROM (" + Readers + ") AS reader))";

    private const string Noted = """INSERT INTO "<tenant>".events (at, kind, actor_kind, actor_id, list_id, todo_id, subject_id)""";

    private static readonly string Insert =
        """
        WITH done AS (INSERT INTO "<tenant>".comments (id, todo_id, author_id, text, mention_ids, created_at, version)
        SELECT {3}, todo.id, {0}, {4}, {2}, {5}, 1 FROM "<tenant>".todos AS todo WHERE
        """ + $" {Todo} AND {AllRead} RETURNING id, todo_id) {Noted}" +
        """
         SELECT {5}, 'comment.created', {6}, {7}::uuid, todo.list_id, todo.id, done.id FROM done JOIN "<tenant>".todos AS todo ON todo.id = done.todo_id
        """;

    private static readonly string Tell = ";" + NotificationStatements.CommentedSql(Comments, "comment.id", "{5}") + " AND comment.id = {3} ON CONFLICT DO NOTHING";

    // Whoever is mentioned is told of that, and not of the comment too.
    private static readonly string TellMentioned = ";" + NotificationStatements.MentionedSql(Comments, "comment.mention_ids", "comment.id", "{5}") + " AND comment.id = {3}" + Tell;

    // {9} is the id of what is told to those who were not mentioned before. The change is made of what was read before it, as nobody else can read that any more after it.
    private static readonly string Update =
        """
        WITH was AS (SELECT id, mention_ids FROM "<tenant>".comments WHERE id = {3} FOR NO KEY UPDATE), done AS (
            UPDATE "<tenant>".comments AS comment SET text = {4}, mention_ids = {2}, edited_at = {5}, version = comment.version + 1 FROM was, "<tenant>".todos AS todo
            WHERE comment.id = was.id AND comment.todo_id = todo.id AND comment.author_id = {0} AND ({6}::integer[] IS NULL OR comment.version = ANY ({6}::integer[])) AND
        """ + $" {Todo} AND {AllRead} RETURNING comment.*), noted AS ({Noted}" +
        """
         SELECT {5}, 'comment.changed', {7}, {8}::uuid, todo.list_id, todo.id, done.id FROM done JOIN "<tenant>".todos AS todo ON todo.id = done.todo_id), told AS (
        """ + NotificationStatements.MentionedSql("was JOIN done AS comment ON comment.id = was.id", "comment.mention_ids", "{9}", "{5}") + " AND person.id <> ALL (was.mention_ids)) SELECT * FROM done";

    private const string Delete =
        """
        WITH done AS (DELETE FROM "<tenant>".comments AS comment USING "<tenant>".todos AS todo
        WHERE comment.id = {2} AND comment.todo_id = todo.id AND comment.author_id = {0} AND ({3}::integer[] IS NULL OR comment.version = ANY ({3}::integer[])) AND
        """ + " " + Todo + " RETURNING comment.id, todo.list_id) " + Noted + " SELECT {4}, 'comment.deleted', {5}, {6}::uuid, list_id, {1}, id FROM done";

    private static readonly string Strangers = """SELECT one.id AS "Value" FROM "<tenant>".todos AS todo CROSS JOIN unnest({2}) AS one (id) WHERE """ + $"{Todo} AND one.id NOT IN ({Readers})";

    /// <summary>Stores a new one. False: there is no such todo that the author sees, or somebody who is mentioned does not.</summary>
    public static async Task<bool> TryInsertAsync(TenantDbContext tenant, Comment comment, CancellationToken cancellationToken) => await tenant.Database.ExecuteSqlAsync(
        FormattableStringFactory.Create(
            comment.MentionIds.Length > 0 ? Insert + TellMentioned : Insert + Tell,
            comment.AuthorId,
            comment.TodoId,
            comment.MentionIds,
            comment.Id,
            comment.Text,
            comment.CreatedAt,
            tenant.Actor.KindText,
            tenant.Actor.Id),
        cancellationToken) > 0;

    /// <summary>Changes the text of one's own. Null: as above, or there is no such comment of one's own, or not at a version that the caller accepts.</summary>
    public static async Task<Comment?> EditAsync(
        TenantDbContext tenant, Guid me, Guid todo, Guid id, string text, Guid[] mentions, int[]? versions, DateTimeOffset now, CancellationToken cancellationToken) =>
        (await tenant.Comments.FromSql(
            FormattableStringFactory.Create(Update, me, todo, mentions, id, text, now, versions, tenant.Actor.KindText, tenant.Actor.Id, SortableId.At(now))).AsNoTracking().ToListAsync(cancellationToken)).SingleOrDefault();

    /// <summary>Deletes one's own. False: there is none that the author sees, or not at a version that the caller accepts.</summary>
    public static async Task<bool> DeleteAsync(TenantDbContext tenant, Guid me, Guid todo, Guid id, int[]? versions, DateTimeOffset now, CancellationToken cancellationToken) =>
        await tenant.Database.ExecuteSqlAsync(FormattableStringFactory.Create(Delete, me, todo, id, versions, now, tenant.Actor.KindText, tenant.Actor.Id), cancellationToken) == 1;

    /// <summary>Which of those who are mentioned don't see a todo.</summary>
    public static Task<List<Guid>> FindStrangersAsync(TenantDbContext tenant, Guid me, Guid todo, Guid[] mentions, CancellationToken cancellationToken) =>
        tenant.Database.SqlQuery<Guid>(FormattableStringFactory.Create(Strangers, me, todo, mentions)).ToListAsync(cancellationToken);
}
