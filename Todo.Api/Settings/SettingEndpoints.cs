using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Audit;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Versions;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Settings;

internal static class SettingEndpoints
{
    public static void MapSettings(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("").WithTags("Settings").ExplainRefusals();
        group.MapGet("/settings", ShowAsync).RequirePermission(Permission.SettingsRead).WithName("ShowSettings").WithSummary("Show the tenant's settings");
        group.MapPut("/settings", ReplaceAsync).RequirePermission(Permission.SettingsWrite).WithName("ReplaceSettings").WithSummary("Set the tenant's settings")
            .WithDescription("The body has a member for each setting that differs from its default; what is absent gets its default again. Honours If-Match.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status412PreconditionFailed);
        group.MapGet("/me/settings", ShowOwnAsync).RequireSignIn().WithName("ShowOwnSettings").WithSummary("Show one's own settings")
            .WithDescription("What one has not set is as the tenant has it.");
        group.MapPut("/me/settings", ReplaceOwnAsync).RequireSignIn().WithName("ReplaceOwnSettings").WithSummary("Set one's own settings")
            .WithDescription("As for the tenant's; what is absent is as the tenant has it.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status412PreconditionFailed);
    }

    private static async Task<Ok<IReadOnlyList<SettingResponse>>> ShowAsync(HttpContext context, TenantDbContext tenant, CancellationToken cancellationToken) =>
        Answer(context, await SettingValues.ListAsync(tenant, cancellationToken));

    private static async Task<Ok<IReadOnlyList<SettingResponse>>> ShowOwnAsync(HttpContext context, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken) =>
        Answer(context, await SettingValues.ListAsync(tenant, identity.UserId, cancellationToken));

    private static async Task<Ok<IReadOnlyList<SettingResponse>>> ReplaceAsync(
        Dictionary<string, JsonElement> values,
        HttpContext context,
        RequestIdentity identity,
        TenantDbContext tenant,
        OpenSessions sessions,
        AuditLog audit,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        SettingValues.Check(SettingScope.Tenant, values);
        await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);
        await PeopleLock.TakeAsync(tenant, cancellationToken);
        var before = await SettingValues.ListAsync(tenant, cancellationToken);
        EntityTag.Check(context, Tag(before));

        var stored = await tenant.Settings.ToListAsync(cancellationToken);
        tenant.RemoveRange(stored.Where(setting => !values.ContainsKey(setting.Key)));
        foreach (var (key, value) in values)
        {
            if (stored.Find(setting => setting.Key == key) is not { } setting)
            {
                tenant.Add(setting = new Setting { Key = key, Value = "", UpdatedAt = default });
            }

            (setting.Value, setting.UpdatedAt) = (value.GetRawText(), clock.GetTimestamptz());
        }

        audit.Add(tenant, "settings.changed", new AuditSubject("settings", null, null), Details(values));
        await tenant.SaveChangesAsync(cancellationToken);
        var after = await SettingValues.ListAsync(tenant, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (IsWeekChanged(before, after))
        {
            await sessions.RefreshAsync(identity.Schema, _ => true);
        }

        return Answer(context, after);
    }

    private static async Task<Ok<IReadOnlyList<SettingResponse>>> ReplaceOwnAsync(
        Dictionary<string, JsonElement> values,
        HttpContext context,
        RequestIdentity identity,
        TenantDbContext tenant,
        OpenSessions sessions,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        SettingValues.Check(SettingScope.Person, values);
        var userId = identity.UserId;
        await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);
        await PeopleLock.TakeAsync(tenant, cancellationToken);
        var before = await SettingValues.ListAsync(tenant, userId, cancellationToken);
        EntityTag.Check(context, Tag(before));

        await tenant.UserSettings.Where(setting => setting.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        var now = clock.GetTimestamptz();
        tenant.UserSettings.AddRange(values.Select(pair => new UserSetting { UserId = userId, Key = pair.Key, Value = pair.Value.GetRawText(), UpdatedAt = now }));
        await tenant.SaveChangesAsync(cancellationToken);
        var after = await SettingValues.ListAsync(tenant, userId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (IsWeekChanged(before, after))
        {
            await sessions.RefreshAsync(identity.Schema, user => user.Id == userId);
        }

        return Answer(context, after);
    }

    // What of the settings is looked up together with who makes a request (RegionalSettings).
    private static bool IsWeekChanged(IReadOnlyList<SettingResponse> before, IReadOnlyList<SettingResponse> after) => WeekStart(before) != WeekStart(after);

    private static string? WeekStart(IReadOnlyList<SettingResponse> settings) => settings.Single(setting => setting.Key == KnownSettings.WeekStart.Key).Value.GetString();

    private static Ok<IReadOnlyList<SettingResponse>> Answer(HttpContext context, IReadOnlyList<SettingResponse> settings)
    {
        EntityTag.Show(context, Tag(settings));
        return TypedResults.Ok(settings);
    }

    private static string Tag(IReadOnlyList<SettingResponse> settings) =>
        EntityTag.Of([.. settings.SelectMany(setting => new object?[] { setting.Key, setting.Value.GetRawText(), setting.IsDefault })]);

    private static JsonObject Details(Dictionary<string, JsonElement> values) =>
        [.. values.Select(pair => KeyValuePair.Create(pair.Key, JsonNode.Parse(pair.Value.GetRawText())))];
}
