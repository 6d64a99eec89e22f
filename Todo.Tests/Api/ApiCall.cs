using System.Net.Http.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Todo.Api.Fleet;
using Todo.Api.Identity;
using Todo.Api.SignUp;
using Todo.Api.Tenants;
using Todo.Api.Todos;

namespace Todo.Tests.Api;

/// <summary>What belongs to one tenant, for calls that name it; and a run that is running, with nothing to do in it.</summary>
internal sealed record Belongings(Guid TenantId, string Slug, string Email, Guid UserId, Guid ListId, Guid TodoId, Guid RunId, string ActivationToken);

/// <summary>
/// An endpoint and method of the API, and how to call it: every parameter of its route and every field of its body that can name
/// something does name something of a given tenant's. New endpoints come by themselves; a new kind of parameter or body is to be added here.
/// </summary>
internal sealed record ApiCall(RouteEndpoint Endpoint, HttpMethod Method)
{
    // By the first segment of the route and the parameter's name.
    private static readonly Dictionary<string, Func<Belongings, string>> Parameters = new()
    {
        ["todos/id"] = of => of.TodoId.ToString(),
        ["cc/slug"] = of => of.Slug,
        ["cc/id"] = of => of.RunId.ToString(),
        ["openapi/documentName"] = _ => "v1",
    };

    private static readonly Dictionary<Type, Func<Belongings, object>> Bodies = new()
    {
        [typeof(LoginRequest)] = of => new { of.Email, ApiHost.Password },
        [typeof(RegisterRequest)] = of => Todo.Tests.SignUp.NewSignUp.Of(of.Email),
        [typeof(ActivateRequest)] = of => new { token = of.ActivationToken },
        [typeof(ActivationMailRequest)] = of => new { of.Email },
        [typeof(NewTenant)] = of => new { slug = of.Slug[..4] + Guid.NewGuid().ToString("N"), name = "Made by a sample" },
        [typeof(TenantChange)] = _ => new { name = "Renamed by a sample" },
        [typeof(SelectionRequest)] = of => new { tenants = new[] { of.Slug } },
        [typeof(BaselineRequest)] = of => new { tenant = of.Slug, version = "head" },
        [typeof(PlanRequest)] = of => new { tenants = new[] { of.Slug } },
        [typeof(NewRun)] = of => new { tenants = new[] { of.Slug } },
        [typeof(NewTodo)] = of => new { title = "Made by a sample", of.ListId },
        [typeof(TodoChange)] = of => new { title = "Changed by a sample", of.ListId },
    };

    // Calls that only make sense for a tenant with this status, and leave it with another.
    private static readonly Dictionary<string, string> Statuses = new()
    {
        ["POST /cc/tenants/{slug}/suspend"] = "active",
        ["POST /cc/tenants/{slug}/resume"] = "suspended",
        ["DELETE /cc/tenants/{slug}"] = "active",
        ["POST /cc/tenants/{slug}/restore"] = "deleted",
        ["POST /cc/tenants/{slug}/purge"] = "deleted",
    };

    /// <summary>The status that the tenant must have, if the call changes it; null if it does not.</summary>
    public string? RequiredStatus => Statuses.GetValueOrDefault(ToString());

    private string Route => "/" + Endpoint.RoutePattern.RawText!.Trim('/');

    private Type? BodyType => Endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType;

    /// <summary>The permission that it asks for.</summary>
    public string? Permission => Endpoint.Metadata.GetMetadata<RequiredPermission>()?.Name;

    /// <summary>Whether anybody may call it.</summary>
    public bool IsAnonymous => Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    /// <summary>Whether only operators may call it.</summary>
    public bool IsOperators => Schemes.Contains("Operator");

    /// <summary>Whether people of a tenant may call it.</summary>
    public bool IsTenants => Schemes.Contains(SessionAuthenticationHandler.SchemeName);

    /// <summary>Whether a call names something that belongs to somebody.</summary>
    public bool NamesBelongings => Endpoint.RoutePattern.Parameters.Count > 0 || BodyType is not null;

    private IEnumerable<string> Schemes => Endpoint.Metadata.OfType<AuthorizationPolicy>().SelectMany(policy => policy.AuthenticationSchemes);

    /// <summary>Everything that the application routes to.</summary>
    public static IReadOnlyList<ApiCall> AllOf(IEndpointRouteBuilder app) =>
    [
        .. app.DataSources.SelectMany(source => source.Endpoints).Cast<RouteEndpoint>().SelectMany(endpoint =>
            (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => new ApiCall(endpoint, new HttpMethod(method)))),
    ];

    /// <summary>The request, naming what belongs to somebody, without any header.</summary>
    public HttpRequestMessage Request(Belongings of)
    {
        var path = string.Concat(Endpoint.RoutePattern.PathSegments.Select(segment => "/" + string.Concat(segment.Parts.Select(part => part switch
        {
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternSeparatorPart separator => separator.Content,
            RoutePatternParameterPart parameter => Value(parameter.Name, of),
            _ => throw new NotSupportedException(part.ToString()),
        }))));
        path += path.EndsWith("/purge", StringComparison.Ordinal) ? $"?confirm={of.Slug}" : "";
        return new HttpRequestMessage(Method, path) { Content = Body(of) };
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Method} {Route}";

    private string Value(string parameter, Belongings of)
    {
        var key = $"{Route.Split('/')[1]}/{parameter}";
        return Parameters.TryGetValue(key, out var value)
            ? value(of)
            : throw new InvalidOperationException($"{this} has a parameter '{parameter}' that no test fills: add '{key}' to {nameof(ApiCall)}.{nameof(Parameters)}.");
    }

    private JsonContent? Body(Belongings of) =>
        BodyType is not { } type ? null
        : Bodies.TryGetValue(type, out var body) ? JsonContent.Create(body(of))
        : throw new InvalidOperationException($"{this} takes a {type.Name}: add a small valid one, which names things of the tenant's, to {nameof(ApiCall)}.{nameof(Bodies)}.");
}
