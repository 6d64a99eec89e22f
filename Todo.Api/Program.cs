using Todo.Api.Accounts;
using Todo.Api.ApiKeys;
using Todo.Api.Audit;
using Todo.Api.Caching;
using Todo.Api.Calendar;
using Todo.Api.Comments;
using Todo.Api.Docs;
using Todo.Api.Edge;
using Todo.Api.Errors;
using Todo.Api.Events;
using Todo.Api.Files;
using Todo.Api.Fleet;
using Todo.Api.FleetPage;
using Todo.Api.Groups;
using Todo.Api.Guests;
using Todo.Api.Idempotency;
using Todo.Api.Identity;
using Todo.Api.Lists;
using Todo.Api.Mail;
using Todo.Api.Notifications;
using Todo.Api.Retention;
using Todo.Api.Roles;
using Todo.Api.Search;
using Todo.Api.Settings;
using Todo.Api.SignUp;
using Todo.Api.Statistics;
using Todo.Api.Tags;
using Todo.Api.Tenants;
using Todo.Api.TodoBackend;
using Todo.Api.Todos;
using Todo.Api.Traffic;
using Todo.Api.Users;
using Todo.Api.Webhooks;
using Todo.Api.Work;
using Todo.Data;
using Todo.ServiceDefaults;

namespace Todo.Api;

/// <summary>The HTTP API, in the order in which a request meets it.</summary>
public static class Program
{
    /// <summary>Runs it until it is told to stop.</summary>
    public static void Main(string[] args) => Build(args).Run();

    /// <summary>Builds it without starting it; tests start it in their own process.</summary>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults();
        builder.AddTodoDatabase();
        builder.AddTodoDatabaseOwner();
        builder.AddTodoCache();
        builder.Services.AddTodoData();
        builder.Services.AddLookupCache();
        builder.AddTenantDirectory();
        builder.Services.AddFleet();
        builder.Services.AddInspection();
        builder.Services.AddFleetHealth();
        builder.AddSignIn();
        builder.AddAccounts();
        builder.AddMail();
        builder.Services.AddAudit();
        builder.Services.AddUsers();
        builder.AddApiKeys();
        builder.AddGuests();
        builder.Services.AddTodos();
        builder.AddEvents();
        builder.AddWebhooks();
        builder.AddFiles();
        builder.AddSignUp();
        builder.AddRetention();
        builder.AddOperators();
        builder.AddTraffic();
        builder.AddIdempotency();
        builder.AddRequestRules();
        builder.AddTimeLimits();
        builder.AddCrossOrigin();
        builder.AddSecretPaths();
        builder.Services.AddDocs();

        var app = builder.Build();
        app.UseKnownProxies();
        app.UseSecurityHeaders();
        app.UseRouting();
        app.UseTenantMetrics();
        app.UseProblemResponses();
        app.UseCrossOrigin();
        app.UseTimeLimits();
        app.UseRateLimits();
        app.UseAuthorization();
        app.UseTenantConcurrency();
        app.UseEventAnnouncements();
        app.UseIdempotency();
        app.MapDefaultEndpoints();
        app.MapDocs();
        app.MapTenants();
        app.MapTenantLifecycle();
        app.MapFleet();
        app.MapInspection();
        app.MapLedger();
        app.MapFleetPage();
        app.MapAuth();
        app.MapMailbox();
        app.MapApiKeys();
        app.MapGuestLinks();
        app.MapGuests();
        app.MapSignUp();
        app.MapUsers();
        app.MapInvitationAcceptance();
        app.MapMe();
        app.MapRoles();
        app.MapGroups();
        app.MapSettings();
        app.MapAudit();
        app.MapLists();
        app.MapListShares();
        app.MapTodos();
        app.MapSearch();
        app.MapSavedFilters();
        app.MapCalendar();
        app.MapTags();
        app.MapComments();
        app.MapFiles();
        app.MapWork();
        app.MapStatistics();
        app.MapTodoExports();
        app.MapNotifications();
        app.MapTodoBackend();
        app.MapActivity();
        app.MapEvents();
        app.MapWebhooks();
        app.RequireDeclaredAccess();
        app.RequireKnownLimits();
        app.RequireIdempotentPosts();
        return app;
    }
}
