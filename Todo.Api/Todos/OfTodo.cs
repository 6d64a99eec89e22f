using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Api.Lists;
using Todo.Api.Paging;
using Todo.Data.Tenants;

namespace Todo.Api.Todos;

/// <summary>What belongs to one todo, for those who see it.</summary>
internal static class OfTodo
{
    /// <summary>A page of it, oldest first, with one row more than asked for if there is one.</summary>
    /// <exception cref="RefusedException">404: this person sees no such todo.</exception>
    public static async Task<List<T>> PageAsync<T>(TenantDbContext tenant, Guid me, Guid id, Cursor? cursor, int limit, CancellationToken cancellationToken)
        where T : class, IOfTodo
    {
        var after = cursor?.After ?? Guid.Empty;
        var todos = ListAccess.Todos(tenant, me, ListRight.Read);
        var rows = await tenant.Set<T>().Where(row => row.TodoId == id && row.Id > after && todos.Any(todo => todo.Id == id))
            .OrderBy(row => row.Id).Take(limit + 1).AsNoTracking().ToListAsync(cancellationToken);
        return rows.Count > 0 || await todos.AnyAsync(todo => todo.Id == id, cancellationToken) ? rows : throw TodoEndpoints.NoSuchTodo();
    }
}
