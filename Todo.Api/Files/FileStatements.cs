using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Lists;
using Todo.Data.Tenants;

namespace Todo.Api.Files;

/// <summary>
/// What is done to a file, each in one statement, which also keeps the count of the tenant's bytes, says whether the caller may, and writes the event that
/// tells of it. Rows of files are held before the count, always.
/// </summary>
internal static class FileStatements
{
    // {0} is the person, as ListAccess.WritableSql wants it; {1} the todo.
    private const string Todo = """todo.id = {1} AND todo.deleted_at IS NULL AND (todo.list_id IS NULL OR todo.list_id IN (""" + ListAccess.WritableSql + "))";

    private const string Noted = """INSERT INTO "<tenant>".events (at, kind, actor_kind, actor_id, list_id, todo_id, subject_id, changes)""";

    private const string GiveBack =
        """
        UPDATE "<tenant>".file_usage AS usage SET bytes = usage.bytes - gone.size FROM (SELECT sum(size) AS size FROM gone) AS gone WHERE gone.size > 0
        """;

    // Of several at once each waits for the row and then sees what the others took: PostgreSQL checks the condition again (manual, §13.2.1).
    private const string Reserve =
        """
        WITH target AS (SELECT todo.id FROM "<tenant>".todos AS todo WHERE
        """ + " " + Todo +
        """
        ), room AS (UPDATE "<tenant>".file_usage AS usage SET bytes = usage.bytes + {4} FROM target WHERE usage.bytes + {4} <= {5} RETURNING target.id)
        INSERT INTO "<tenant>".files (id, todo_id, name, content_type, size, created_by, created_at, state)
        SELECT {2}, room.id, {3}, '', {4}, {0}, {6}, 'uploading' FROM room
        """;

    private const string Grow =
        """
        WITH held AS (SELECT id FROM "<tenant>".files WHERE id = {0} AND state = 'uploading' FOR NO KEY UPDATE),
        room AS (UPDATE "<tenant>".file_usage AS usage SET bytes = usage.bytes + {1} FROM held WHERE usage.bytes + {1} <= {2} RETURNING held.id)
        UPDATE "<tenant>".files AS file SET size = file.size + {1} FROM room WHERE file.id = room.id
        """;

    // What was reserved and not needed is given back.
    private const string Store =
        """
        WITH was AS (SELECT id, size FROM "<tenant>".files WHERE id = {2} AND state = 'uploading' FOR NO KEY UPDATE),
        done AS (
            UPDATE "<tenant>".files AS file SET state = 'stored', size = {3}, content_type = {4}, sha256 = {5} FROM was, "<tenant>".todos AS todo
            WHERE file.id = was.id AND file.todo_id = todo.id AND
        """ + " " + Todo +
        """
             RETURNING file.*),
        given AS (UPDATE "<tenant>".file_usage AS usage SET bytes = usage.bytes - was.size + done.size FROM was JOIN done ON done.id = was.id WHERE was.size <> done.size),
        noted AS (
        """ + Noted +
        """
         SELECT {6}, 'file.created', {7}, {8}::uuid, todo.list_id, todo.id, done.id, jsonb_build_object('name', jsonb_build_object('to', done.name))
            FROM done JOIN "<tenant>".todos AS todo ON todo.id = done.todo_id)
        SELECT * FROM done
        """;

    private const string Delete =
        """
        WITH gone AS (
            UPDATE "<tenant>".files AS file SET state = 'deleted', sha256 = NULL FROM "<tenant>".todos AS todo
            WHERE file.id = {2} AND file.todo_id = todo.id AND file.state = 'stored' AND
        """ + " " + Todo + " RETURNING file.id, file.name, file.size, todo.list_id), given AS (" + GiveBack + ") " + Noted +
        """
         SELECT {3}, 'file.deleted', {4}, {5}::uuid, gone.list_id, {1}, gone.id, jsonb_build_object('name', jsonb_build_object('from', gone.name)) FROM gone
        """;

    /// <summary>Makes room for a file that is about to be sent. False: there is no such todo that the person may change, or not so much room.</summary>
    public static async Task<bool> TryReserveAsync(TenantDbContext tenant, StoredFile file, long quota, CancellationToken cancellationToken) =>
        await tenant.Database.ExecuteSqlAsync(
            FormattableStringFactory.Create(Reserve, file.CreatedBy, file.TodoId, file.Id, file.Name, file.Size, quota, file.CreatedAt), cancellationToken) == 1;

    /// <summary>Makes more. False: there is not so much room, or the file was given up meanwhile.</summary>
    public static async Task<bool> TryGrowAsync(TenantDbContext tenant, Guid id, long by, long quota, CancellationToken cancellationToken) =>
        await tenant.Database.ExecuteSqlAsync(FormattableStringFactory.Create(Grow, id, by, quota), cancellationToken) == 1;

    /// <summary>Makes a file of what was sent. Null: the person may not change the todo any more, or the file was given up meanwhile.</summary>
    public static async Task<StoredFile?> StoreAsync(TenantDbContext tenant, StoredFile file, DateTimeOffset now, CancellationToken cancellationToken) =>
        (await tenant.Files.FromSql(FormattableStringFactory.Create(
            Store, file.CreatedBy, file.TodoId, file.Id, file.Size, file.ContentType, file.Sha256, now, tenant.Actor.KindText, tenant.Actor.Id)).AsNoTracking().ToListAsync(cancellationToken)).SingleOrDefault();

    /// <summary>Gives up what was not stored, and its room.</summary>
    public static Task AbandonAsync(TenantDbContext tenant, Guid id, CancellationToken cancellationToken) => tenant.Database.ExecuteSqlAsync(
        FormattableStringFactory.Create("""WITH gone AS (UPDATE "<tenant>".files SET state = 'deleted' WHERE id = {0} AND state = 'uploading' RETURNING size) """ + GiveBack, id), cancellationToken);

    /// <summary>Deletes one. False: there is none that the person may delete.</summary>
    public static async Task<bool> DeleteAsync(TenantDbContext tenant, Guid me, Guid todo, Guid id, DateTimeOffset now, CancellationToken cancellationToken) =>
        await tenant.Database.ExecuteSqlAsync(FormattableStringFactory.Create(Delete, me, todo, id, now, tenant.Actor.KindText, tenant.Actor.Id), cancellationToken) == 1;

    /// <summary>Gives back the room of files whose todo is gone for good, and of uploads that began before a time and so have died. Two who do it at once leave each other's alone.</summary>
    public static Task GiveUpAsync(TenantDbContext tenant, DateTimeOffset before, CancellationToken cancellationToken) => tenant.Database.ExecuteSqlAsync(
        FormattableStringFactory.Create(
            """
            WITH dead AS (
                SELECT id FROM "<tenant>".files WHERE (state = 'uploading' AND created_at < {0}) OR (state = 'stored' AND todo_id IS NULL) FOR NO KEY UPDATE SKIP LOCKED),
            gone AS (UPDATE "<tenant>".files AS file SET state = 'deleted', sha256 = NULL FROM dead WHERE file.id = dead.id RETURNING file.size)
            """ + " " + GiveBack,
            before),
        cancellationToken);
}
