using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Todo.Api.Identity;
using Todo.Data.Access;

namespace Todo.Benchmarks.Access;

/// <summary>The API itself, with two more endpoints that answer the same without asking anybody: one for everybody, one behind the sign-in.</summary>
internal static class DoorsCommand
{
    public const string Verb = "doors";
    public const string Open = "/doors/open";
    public const string Guarded = "/doors/guarded";

    private const string Answer = """{"answer":42}""";

    public static Command Create()
    {
        var command = new Command(Verb, "The API that 'access' asks.") { Hidden = true };
        command.SetAction(async (_, cancellationToken) =>
        {
            await using var api = Api.Program.Build([]);
            Map(api, Open).AllowAnonymous();
            Map(api, Guarded).RequirePermission(Permission.TodosRead);
            await ((IHost)api).RunAsync(cancellationToken);
        });
        return command;
    }

    private static RouteHandlerBuilder Map(IEndpointRouteBuilder app, string path) => app.MapGet(path, () => TypedResults.Text(Answer, "application/json"));
}
