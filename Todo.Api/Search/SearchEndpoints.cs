using System.ComponentModel.DataAnnotations;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Lists;
using Todo.Api.Paging;
using Todo.Api.Todos;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Search;

internal static class SearchEndpoints
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;

    public static void MapSearch(this IEndpointRouteBuilder app) =>
        app.MapGet("/todos/search", FindAsync).RequirePermission(Permission.TodosRead).WithTags("Todos").ExplainRefusals().WithName("SearchTodos").WithSummary("Search todos")
            .WithDescription("The best first, of those in lists that one may see. q is words, all of which are looked for in titles and notes, the last one also as the beginning of a word; \"in quotation marks\" they follow "
                + $"each other, or stands for either, and a minus leaves out. Titles that are only like it are found too. The newest {TodoSearch.MostRanked} that fit are ranked. {TodoQuery.Explanation}.")
            .ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task<PageResult<SearchHit>> FindAsync(
        [Required, StringLength(SearchText.MaxLength, MinimumLength = 1)] string q,
        [AsParameters] TodoQuery query,
        HttpContext context,
        RequestIdentity identity,
        TenantDbContext tenant,
        TimeProvider clock,
        CancellationToken cancellationToken,
        [Range(1, MaxLimit)] int limit = DefaultLimit,
        OrderedCursor? cursor = null)
    {
        var filter = query.For(identity.Caller, clock.GetUtcNow());
        var todos = filter.Apply(ListAccess.Todos(tenant, identity.UserId, ListRight.Read));
        var hits = await TodoSearch.FindAsync(tenant, todos, SearchText.Of(q), cursor, limit + 1, cancellationToken);
        return Page.Of(hits, limit, TodoSearch.Cursor, ApiJson.Default.PageSearchHit, context);
    }
}
