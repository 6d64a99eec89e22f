using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Todo.Api.Accounts;
using Todo.Api.ApiKeys;
using Todo.Api.Calendar;
using Todo.Api.Comments;
using Todo.Api.Files;
using Todo.Api.Fleet;
using Todo.Api.Groups;
using Todo.Api.Guests;
using Todo.Api.Identity;
using Todo.Api.Lists;
using Todo.Api.Occurrences;
using Todo.Api.QuickAdd;
using Todo.Api.Roles;
using Todo.Api.Search;
using Todo.Api.SignUp;
using Todo.Api.Tags;
using Todo.Api.Tenants;
using Todo.Api.TodoBackend;
using Todo.Api.Todos;
using Todo.Api.Users;
using Todo.Api.Webhooks;
using Todo.Api.Work;

namespace Todo.Tests.Api;

/// <summary>What belongs to one tenant, for calls that name it; and a run that is running, with nothing to do in it.</summary>
internal sealed record Belongings(Guid TenantId, string Slug, string Email, Guid UserId, Guid ListId, Guid TodoId, Guid RunId, string SessionId, string ResetToken, string ActivationToken)
{
    /// <summary>An occurrence of the todo, which repeats.</summary>
    public const string Occurrence = "2040-01-03";

    /// <summary>Its people, roles and groups.</summary>
    public required PeopleBelongings People { get; init; }

    /// <summary>Two tags that no todo has.</summary>
    public required (Guid Id, Guid OtherId) Tags { get; init; }

    /// <summary>A comment of the person's on the todo.</summary>
    public required Guid CommentId { get; init; }

    /// <summary>A file on the todo, which the storage has, and a link to it.</summary>
    public required (Guid Id, string Token) File { get; init; }

    /// <summary>That the person was told of the todo.</summary>
    public required Guid NotificationId { get; init; }

    /// <summary>A webhook that is stopped, and something that it was told.</summary>
    public required (Guid Id, Guid DeliveryId) Webhook { get; init; }

    /// <summary>A filter that the person keeps.</summary>
    public required Guid FilterId { get; init; }

    /// <summary>Its keys and guests' links.</summary>
    public required OpenDoors Doors { get; init; }
}

/// <summary>A person who may nothing and has an open invitation, a role that nobody has, and a group.</summary>
internal sealed record PeopleBelongings(Guid PersonId, string Email, Guid RoleId, string RoleName, Guid GroupId, string Invitation);

/// <summary>A key for machines, which holds every permission that a key can, a guest's link to the tenant's list, for writing, and an address of a calendar; with their secrets.</summary>
internal sealed record OpenDoors(Guid ApiKeyId, string ApiKey, Guid GuestLinkId, string GuestToken, Guid FeedId, string FeedToken);

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
        ["todos/occurrence"] = _ => Belongings.Occurrence,
        ["todos/commentId"] = of => of.CommentId.ToString(),
        ["todos/fileId"] = of => of.File.Id.ToString(),
        ["files/token"] = of => of.File.Token,
        ["filters/id"] = of => of.FilterId.ToString(),
        ["notifications/id"] = of => of.NotificationId.ToString(),
        ["lists/id"] = of => of.ListId.ToString(),
        ["lists/userId"] = of => of.People.PersonId.ToString(),
        ["lists/groupId"] = of => of.People.GroupId.ToString(),
        ["tags/id"] = of => of.Tags.Id.ToString(),
        ["todo-backend/id"] = of => of.TodoId.ToString(),
        ["guest/id"] = of => of.TodoId.ToString(),
        ["auth/id"] = of => of.SessionId,
        ["users/id"] = of => of.People.PersonId.ToString(),
        ["roles/id"] = of => of.People.RoleId.ToString(),
        ["groups/id"] = of => of.People.GroupId.ToString(),
        ["groups/userId"] = of => of.People.PersonId.ToString(),
        ["api-keys/id"] = of => of.Doors.ApiKeyId.ToString(),
        ["guest-links/id"] = of => of.Doors.GuestLinkId.ToString(),
        ["webhooks/id"] = of => of.Webhook.Id.ToString(),
        ["webhooks/deliveryId"] = of => of.Webhook.DeliveryId.ToString(),
        ["me/id"] = of => of.Doors.FeedId.ToString(),
        ["calendar/token"] = of => of.Doors.FeedToken,
        ["cc/slug"] = of => of.Slug,
        ["cc/id"] = of => of.RunId.ToString(),
        ["openapi/documentName"] = _ => "v1",
    };

    private static readonly Dictionary<Type, Func<Belongings, object>> Bodies = new()
    {
        [typeof(LoginRequest)] = of => new { of.Email, ApiHost.Password },
        [typeof(SwitchRequest)] = of => new { tenant = of.Slug },
        [typeof(PasswordResetRequest)] = of => new { of.Email },
        [typeof(PasswordResetConfirmation)] = of => new { token = of.ResetToken, ApiHost.Password },
        [typeof(PasswordChange)] = _ => new { oldPassword = ApiHost.Password, newPassword = ApiHost.Password },
        [typeof(RegisterRequest)] = of => Todo.Tests.SignUp.NewSignUp.Of(of.Email),
        [typeof(ActivateRequest)] = of => new { token = of.ActivationToken, ApiHost.Password },
        [typeof(ActivationMailRequest)] = of => new { of.Email },
        [typeof(NewTenant)] = of => new { slug = of.Slug[..4] + Guid.NewGuid().ToString("N"), name = "Made by a sample" },
        [typeof(TenantChange)] = _ => new { name = "Renamed by a sample" },
        [typeof(SelectionRequest)] = of => new { tenants = new[] { of.Slug } },
        [typeof(BaselineRequest)] = of => new { tenant = of.Slug, version = "head" },
        [typeof(PlanRequest)] = of => new { tenants = new[] { of.Slug } },
        [typeof(NewRun)] = of => new { tenants = new[] { of.Slug } },
        [typeof(TenantHostChange)] = of => new { host = $"{of.Slug}.example" },
        [typeof(NewApiKey)] = _ => new { name = "Made by a sample", permissions = Array.Empty<string>() },
        [typeof(NewGuestLink)] = of => new { of.ListId, name = "Made by a sample" },
        [typeof(NewCalendarFeed)] = _ => new { name = "Made by a sample" },
        [typeof(NewGuestTodo)] = _ => new { title = "Made by a sample" },
        [typeof(NewList)] = of => new { name = "Made by a sample", position = new { after = of.ListId } },
        [typeof(ListChange)] = _ => new { name = "Changed by a sample" },
        [typeof(ShareContent)] = _ => new { access = "Write" },
        [typeof(NewTodo)] = of => new { title = "Made by a sample", of.ListId },
        [typeof(NewTodos)] = of => new { items = new object[] { new { title = "Made by a sample", of.ListId }, new { title = "A part by a sample", parentId = of.TodoId } } },
        [typeof(QuickAddRequest)] = of => new { text = "Made by a sample tomorrow @me", of.ListId },
        [typeof(OccurrenceChange)] = _ => new { title = "Changed by a sample" },
        [typeof(TodoCopy)] = of => new { of.ListId, title = "Copied by a sample" },
        [typeof(NewComment)] = of => new { text = $"Said by a sample to <@{of.UserId}>" },
        [typeof(CommentChange)] = _ => new { text = "Changed by a sample" },
        [typeof(NewFileLink)] = _ => new { minutes = 5 },
        [typeof(NewFilter)] = _ => new { name = $"Made by a sample {Guid.NewGuid():N}", conditions = new { assignee = "me" } },
        [typeof(FilterChange)] = of => new { conditions = new { list = of.ListId, assignee = of.UserId } },
        [typeof(NewWorkEntry)] = of => new { action = "assign", person = of.People.PersonId, comment = "By a sample" },
        [typeof(NewTag)] = _ => new { name = $"Made by a sample {Guid.NewGuid():N}" },
        [typeof(TagChange)] = _ => new { colour = "#112233" },
        [typeof(TagMerge)] = of => new { intoId = of.Tags.OtherId },
        [typeof(NewWebhook)] = _ => new { name = "Made by a sample", url = "https://hooks.example/made-by-a-sample" },
        [typeof(WebhookChange)] = _ => new { name = "Changed by a sample" },
        [typeof(NewBackendTodo)] = _ => new { title = "Made by a sample", order = 3 },
        [typeof(BackendTodoChange)] = _ => new { title = "Changed by a sample" },
        [typeof(NewUser)] = of => new { email = $"{Guid.NewGuid():N}@{of.Slug}.example", name = "Invited by a sample", of.People.RoleId },
        [typeof(UserChange)] = _ => new { name = "Changed by a sample" },
        [typeof(InvitationAcceptance)] = of => new { token = of.People.Invitation, ApiHost.Password },
        [typeof(string)] = of => new StringContent($"email,name,role\r\n{Guid.NewGuid():N}@{of.Slug}.example,Imported by a sample,{of.People.RoleName}\r\n", Encoding.UTF8, "text/csv"),
        [typeof(Stream)] = _ => new StringContent("title,due\r\nImported by a sample,2040-01-02\r\n", Encoding.UTF8, "text/csv"),
        [typeof(NewRole)] = of => new { name = $"Made by a sample {Guid.NewGuid()}" },
        [typeof(RoleChange)] = _ => new { name = $"Changed by a sample {Guid.NewGuid()}" },
        [typeof(GroupContent)] = of => new { name = $"Made by a sample {Guid.NewGuid()}", supervisorId = of.People.PersonId },
        [typeof(Dictionary<string, JsonElement>)] = _ => new { week_start = "sunday" },
        [typeof(TodoChange)] = of => new { title = "Changed by a sample", of.ListId },
    };

    // What must be in the query.
    private static readonly Dictionary<string, Func<Belongings, string>> Queries = new()
    {
        ["POST /cc/tenants/{slug}/purge"] = of => $"?confirm={of.Slug}",
        ["GET /calendar"] = _ => "?from=2040-01-01&to=2040-02-01",
        ["GET /events"] = _ => "?follow=false",
        ["POST /todos/{id:guid}/files"] = _ => "?name=sent-by-a-sample.csv",
        ["GET /todos/search"] = of => $"?q=todo&list={of.ListId}",
    };

    // Bodies in which nothing can be named that belongs to somebody, or that are about the caller alone.
    private static readonly HashSet<Type> Neutral =
    [
        typeof(NewRole), typeof(Dictionary<string, JsonElement>), typeof(PasswordChange), typeof(NewApiKey), typeof(NewCalendarFeed), typeof(NewGuestTodo), typeof(NewTag), typeof(NewBackendTodo),
        typeof(NewFilter), typeof(NewFileLink), typeof(NewWebhook), typeof(Stream),
    ];

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

    /// <summary>Whether only guests may call it.</summary>
    public bool IsGuests => Schemes.Contains("Guest");

    /// <summary>Whether a call names something that belongs to somebody.</summary>
    public bool NamesBelongings => HasParameters || (BodyType is { } body && !Neutral.Contains(body));

    /// <summary>Whether its address names something.</summary>
    public bool HasParameters => Endpoint.RoutePattern.Parameters.Count > 0;

    /// <summary>What the call of a sample needs beyond <see cref="Permission"/>, because it hands out what the caller may do.</summary>
    public IEnumerable<string> AlsoNeeds => BodyType == typeof(NewGuestLink) ? [Data.Access.Permission.TodosRead] : [];

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
        path += Queries.TryGetValue(ToString(), out var query) ? query(of) : "";
        var request = new HttpRequestMessage(Method, path) { Content = Body(of) };
        if (Endpoint.Metadata.OfType<IProducesResponseTypeMetadata>().Any(answer => answer.StatusCode == StatusCodes.Status428PreconditionRequired))
        {
            request.Headers.TryAddWithoutValidation("If-Match", "*");
        }

        return request;
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

    private HttpContent? Body(Belongings of) =>
        BodyType is not { } type ? null
        : Bodies.TryGetValue(type, out var body) ? body(of) is var content && content is HttpContent written ? written : JsonContent.Create(content)
        : throw new InvalidOperationException($"{this} takes a {type.Name}: add a small valid one, which names things of the tenant's, to {nameof(ApiCall)}.{nameof(Bodies)}.");
}
