using Todo.Tenancy.Provisioning;

namespace Todo.Api.Tenants;

/// <summary>What a tenant's state does not allow, as problems for operators.</summary>
internal static class TenantProblems
{
    public static RouteGroupBuilder ExplainTenantProblems(this RouteGroupBuilder group) => group.AddEndpointFilter(ExplainAsync)
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async ValueTask<object?> ExplainAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (TenantNotFoundException exception)
        {
            return TypedResults.Problem(exception.Message, statusCode: StatusCodes.Status404NotFound);
        }
        catch (Exception exception) when (exception is TenantStateException or TenantBusyException or TenantExistsException or TenantHostTakenException or SchemaInUseException
            or SchemaAdoptionException or BaselineException)
        {
            return TypedResults.Problem(exception.Message, statusCode: StatusCodes.Status409Conflict);
        }
    }
}
