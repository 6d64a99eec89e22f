using Microsoft.AspNetCore.Http.HttpResults;
using Todo.Api.Errors;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Inspection;

namespace Todo.Api.Fleet;

/// <summary>What the engine refuses, as problems for operators.</summary>
internal static class FleetProblems
{
    public static RouteGroupBuilder ExplainFleetProblems(this RouteGroupBuilder group) => group.AddEndpointFilter(ExplainAsync);

    private static async ValueTask<object?> ExplainAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (RequestRuleException exception)
        {
            return Problem(exception, StatusCodes.Status400BadRequest);
        }
        catch (Exception exception) when (exception is RunNotFoundException or UninspectedTenantException)
        {
            return Problem(exception, StatusCodes.Status404NotFound);
        }
        catch (RunOpenException exception)
        {
            return Problem(exception, StatusCodes.Status409Conflict, ("run", exception.Open.Id));
        }
        catch (DataLossException exception)
        {
            return Problem(exception, StatusCodes.Status409Conflict, ("run", exception.Run.Id), ("dataLoss", exception.Plan.DataLoss));
        }
        catch (Exception exception) when (exception is RunStateException or ForeignRunException)
        {
            return Problem(exception, StatusCodes.Status409Conflict);
        }
    }

    private static ProblemHttpResult Problem(Exception exception, int status, params (string Name, object Value)[] extensions) =>
        TypedResults.Problem(exception.Message, statusCode: status, extensions: extensions.ToDictionary(extension => extension.Name, extension => (object?)extension.Value));
}
