using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Api.Lists;
using Todo.Api.Todos;
using Todo.Data.Tenants;

namespace Todo.Api.Files;

/// <summary>Who gets which files: whoever sees the todo. Whoever may change it sends and deletes them.</summary>
internal static class FileRights
{
    /// <summary>The files on a todo, if the person may see it.</summary>
    public static IQueryable<StoredFile> Readable(TenantDbContext tenant, Guid me, Guid todo) => Of(tenant, ListAccess.Todos(tenant, me, ListRight.Read), todo);

    /// <summary>The same, if the person may change it.</summary>
    public static IQueryable<StoredFile> Writable(TenantDbContext tenant, Guid me, Guid todo) => Of(tenant, ListAccess.Todos(tenant, me, ListRight.Write), todo);

    /// <summary>A file that the person may see.</summary>
    /// <exception cref="RefusedException">404: there is none.</exception>
    public static async Task<StoredFile> FindAsync(TenantDbContext tenant, Guid me, Guid todo, Guid id, CancellationToken cancellationToken) =>
        await Readable(tenant, me, todo).SingleOrDefaultAsync(file => file.Id == id, cancellationToken) ?? throw NoSuchFile();

    /// <summary>Why somebody may not change the files of a todo, if so.</summary>
    /// <exception cref="RefusedException">404: they don't see it. 403: they may only read it. 409: its list is in the archive.</exception>
    public static async Task RequireWritableAsync(TenantDbContext tenant, Guid me, Guid todo, CancellationToken cancellationToken)
    {
        var found = await ListAccess.Todos(tenant, me, ListRight.Read).Where(one => one.Id == todo).Select(one => new { one.ListId }).SingleOrDefaultAsync(cancellationToken)
            ?? throw TodoEndpoints.NoSuchTodo();
        if (found.ListId is { } list)
        {
            await ListAccess.RequireWritableAsync(tenant, me, [list], cancellationToken);
        }
    }

    public static RefusedException NoSuchFile() => RefusedException.NotFound("There is no such file.");

    private static IQueryable<StoredFile> Of(TenantDbContext tenant, IQueryable<TodoItem> todos, Guid todo) =>
        tenant.Files.AsNoTracking().Where(file => file.TodoId == todo && file.State == FileState.Stored && todos.Any(one => one.Id == todo));
}
