using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Data.Tenants;

namespace Todo.Api.Lists;

/// <summary>A list that somebody may at least see, if it is not deleted.</summary>
internal sealed class ReachedList
{
    public required TodoList List { get; init; }

    public required ListRight Right { get; init; }

    public required bool IsFavourite { get; init; }
}

/// <summary>
/// The one place that says what somebody may do with a list, and so with its todos. The owner may do everything; everybody may work in a list that
/// the tenant sees, and manage it if it is nobody's; others may do what it was shared for, to them or to a group they are in. A todo in no list, as
/// there are from before there were inboxes, is everybody's.
/// </summary>
/// <remarks>
/// It is a condition, for the WHERE of whatever is asked, so that the answer costs no question of its own: who may not read finds nothing (404), and
/// only when a write has found nothing it is asked why (404 or 403). A key does what its maker may and a guest's link what its maker may in the one
/// list, so for both this is asked for the maker (<c>RequestIdentity.UserId</c>). Permissions, such as <c>todos.write</c>, come on top.
/// </remarks>
internal static class ListAccess
{
    private static readonly Expression<Func<TenantDbContext, Guid, ListRight, TodoList, bool>> Reaches = (tenant, me, right, list) =>
        list.OwnerId == me
        || (list.Visibility == ListVisibility.Tenant && (right <= ListRight.Write || list.OwnerId == null))
        || tenant.ListShares.Any(share => share.ListId == list.Id && share.Access >= right
            && (share.UserId == me || tenant.GroupMembers.Any(member => member.GroupId == share.GroupId && member.UserId == me)));

    private const string LivingSql = """SELECT list.id FROM "<tenant>".todo_lists AS list WHERE list.deleted_at IS NULL""";

    private const string SharedSql =
        """
         AND (list.owner_id = {0} OR list.visibility = 'tenant' OR EXISTS (
            SELECT 1 FROM "<tenant>".list_shares AS share WHERE share.list_id = list.id
        """;

    private const string WithSql =
        """
         AND (share.user_id = {0} OR EXISTS (
                SELECT 1 FROM "<tenant>".group_members AS member WHERE member.group_id = share.group_id AND member.user_id = {0}))))
        """;

    /// <summary>
    /// The ids of the lists in which somebody, the statement's first argument, may change todos: the same once more, for statements that LINQ has no
    /// words for. Tests go every way that there is, for every right.
    /// </summary>
    public const string WritableSql = LivingSql + " AND list.archived_at IS NULL" + SharedSql + " AND share.access >= 2" + WithSql;

    /// <summary>Likewise the ids of the lists that somebody, the statement's first argument, may see.</summary>
    public const string ReadableSql = LivingSql + SharedSql + WithSql;

    /// <summary>The same with those that are deleted: what happened in them somebody may still know.</summary>
    public const string KnownSql = """SELECT list.id FROM "<tenant>".todo_lists AS list WHERE true""" + SharedSql + WithSql;

    /// <summary>The lists with which somebody may do this; none that is deleted.</summary>
    public static IQueryable<TodoList> Lists(TenantDbContext tenant, Guid me, ListRight right) => AlsoDeleted(tenant, me, right).Where(list => list.DeletedAt == null);

    /// <summary>The same with those that are deleted and can be restored.</summary>
    public static IQueryable<TodoList> AlsoDeleted(TenantDbContext tenant, Guid me, ListRight right) => tenant.Lists.Where(Bound(Reaches, tenant, me, right));

    /// <summary>The todos with which somebody may do this: those in such a list, unless it is deleted or, if they are to be changed, archived. None that is deleted.</summary>
    public static IQueryable<TodoItem> Todos(TenantDbContext tenant, Guid me, ListRight right) => AlsoDeletedTodos(tenant, me, right).Where(todo => todo.DeletedAt == null);

    /// <summary>The same with those that are deleted and can be restored.</summary>
    public static IQueryable<TodoItem> AlsoDeletedTodos(TenantDbContext tenant, Guid me, ListRight right)
    {
        var lists = Lists(tenant, me, right);
        lists = right == ListRight.Read ? lists : lists.Where(list => list.ArchivedAt == null);
        return tenant.Todos.Where(todo => todo.ListId == null || lists.Any(list => list.Id == todo.ListId));
    }

    /// <summary>
    /// A query for <c>EF.CompileAsyncQuery</c> over the todos that somebody may read: <paramref name="query"/> with those in place of its last
    /// parameter. Its second is the person.
    /// </summary>
    public static Expression<Func<TenantDbContext, Guid, T, IQueryable<TResult>>> OverReadableTodos<T, TResult>(
        Expression<Func<TenantDbContext, Guid, T, IQueryable<TodoItem>, IQueryable<TResult>>> query)
    {
        Expression<Func<TenantDbContext, Guid, ListRight, IQueryable<TodoItem>>> readable = (tenant, me, right) => tenant.Todos.Where(todo => todo.DeletedAt == null).Where(
            todo => todo.ListId == null || tenant.Lists.Any(list => list.Id == todo.ListId && list.DeletedAt == null && Marker(list)));
        var (tenant, me) = (query.Parameters[0], query.Parameters[1]);
        var reaches = new Replacement(
            (readable.Parameters[0], tenant), (readable.Parameters[1], me), (Reaches.Parameters[0], tenant), (Reaches.Parameters[1], me), (Reaches.Parameters[2], Expression.Constant(ListRight.Read)));
        var body = new Replacement((query.Parameters[3], reaches.Visit(readable.Body))).Visit(query.Body);
        return Expression.Lambda<Func<TenantDbContext, Guid, T, IQueryable<TResult>>>(body, query.Parameters.Take(3));
    }

    /// <summary>Lists, also deleted ones, with what somebody may do with each.</summary>
    public static IQueryable<ReachedList> Reached(TenantDbContext tenant, Guid me)
    {
        var (readable, writable, manageable) = (AlsoDeleted(tenant, me, ListRight.Read), AlsoDeleted(tenant, me, ListRight.Write), AlsoDeleted(tenant, me, ListRight.Manage));
        return readable.Select(list => new ReachedList
        {
            List = list,
            Right = manageable.Any(one => one.Id == list.Id) ? ListRight.Manage : writable.Any(one => one.Id == list.Id) ? ListRight.Write : ListRight.Read,
            IsFavourite = tenant.ListFavourites.Any(favourite => favourite.ListId == list.Id && favourite.UserId == me),
        });
    }

    /// <summary>A list with which somebody may do this.</summary>
    /// <exception cref="RefusedException">404: there is none that this person may see. 403: there is, but no more than that.</exception>
    public static async Task<ReachedList> FindAsync(TenantDbContext tenant, Guid me, Guid id, ListRight right, CancellationToken cancellationToken, bool alsoDeleted = false)
    {
        var found = await Reached(tenant, me).SingleOrDefaultAsync(reached => reached.List.Id == id && (alsoDeleted || reached.List.DeletedAt == null), cancellationToken) ?? throw NoSuchList();
        Require(found.Right, right);
        return found;
    }

    /// <summary>Why somebody may not do this.</summary>
    /// <exception cref="RefusedException">403: this needs more.</exception>
    public static void Require(ListRight has, ListRight right)
    {
        if (has < right)
        {
            throw RefusedException.Forbidden(right == ListRight.Manage
                ? "Only its owner, and whoever it is shared with for managing it, may do this with the list."
                : "The list is shared with you for reading only.");
        }
    }

    /// <summary>Checks that somebody may change todos in a list.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="me">The person; whose inbox need not be there yet.</param>
    /// <param name="lists">The lists.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <exception cref="RefusedException">400: this person sees no such list. 403: may only read it. 409: it is in the archive.</exception>
    public static async Task RequireWritableAsync(TenantDbContext tenant, Guid me, IReadOnlyCollection<Guid> lists, CancellationToken cancellationToken)
    {
        var found = await Reached(tenant, me).AsNoTracking().Where(one => lists.Contains(one.List.Id) && one.List.DeletedAt == null).ToListAsync(cancellationToken);
        if (lists.Any(list => list != me && found.All(one => one.List.Id != list)))
        {
            throw RefusedException.Invalid("There is no list with this listId.");
        }

        foreach (var one in found)
        {
            Require(one.Right, ListRight.Write);
            if (one.List.ArchivedAt is not null)
            {
                throw RefusedException.Conflict("The list is in the archive, where its todos don't change. Take it out first.");
            }
        }
    }

    public static RefusedException NoSuchList() => RefusedException.NotFound("There is no such list.");

    // With what is asked for as it would stand in a lambda that has caught it: a parameter of the statement.
    private static Expression<Func<TodoList, bool>> Bound(Expression<Func<TenantDbContext, Guid, ListRight, TodoList, bool>> template, TenantDbContext tenant, Guid me, ListRight right)
    {
        var caught = Expression.Constant(new Caught(tenant, me));
        var body = new Replacement(
            (template.Parameters[0], Expression.Property(caught, nameof(Caught.Tenant))),
            (template.Parameters[1], Expression.Property(caught, nameof(Caught.Me))),
            (template.Parameters[2], Expression.Constant(right))).Visit(template.Body);
        return Expression.Lambda<Func<TodoList, bool>>(body, template.Parameters[3]);
    }

    // Stands where the condition comes.
    private static bool Marker(TodoList list) => throw new InvalidOperationException($"Never called: {list}.");

    private sealed record Caught(TenantDbContext Tenant, Guid Me);

    private sealed class Replacement(params (Expression From, Expression To)[] replacements) : ExpressionVisitor
    {
        [return: NotNullIfNotNull(nameof(node))]
        public override Expression? Visit(Expression? node) => replacements.FirstOrDefault(one => one.From == node) is { To: { } to } ? to : base.Visit(node);

        protected override Expression VisitMethodCall(MethodCallExpression node)
        {
            if (node.Method.Name != nameof(Marker) || node.Method.DeclaringType != typeof(ListAccess))
            {
                return base.VisitMethodCall(node);
            }

            return new Replacement([.. replacements, (Reaches.Parameters[3], node.Arguments[0])]).Visit(Reaches.Body);
        }
    }
}
