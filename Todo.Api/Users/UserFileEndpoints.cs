using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Csv;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Settings;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Users;

/// <summary>The tenant's people as a CSV file (RFC 4180, UTF-8), out and in.</summary>
internal static class UserFileEndpoints
{
    public static void MapUserFiles(this RouteGroupBuilder users)
    {
        users.MapGet("/export", ExportAsync).RequirePermission(Permission.UsersRead).WithName("ExportUsers").WithSummary("Get the tenant's people as CSV")
            .WithDescription("Without those who are deleted. Text that a spreadsheet would take for a formula has an apostrophe before it.")
            .Produces<string>(StatusCodes.Status200OK, CsvDownload.ContentType);
        users.MapPost("/import", ImportAsync).RequirePermission(Permission.UsersWrite).WithName("ImportUsers").WithSummary("Invite people from CSV")
            .WithDescription($"Columns: email, name, and if wanted role (its name), language, time_zone; others are left alone, so an export can be read again. At most {UserImport.MaxRows} people and 1 MiB. "
                + "With dryRun=true it only says what would be. All are invited or, if one line is wrong, nobody.")
            .Accepts<string>(CsvDownload.ContentType)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task ExportAsync(HttpContext context, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        await using var csv = await CsvDownload.BeginAsync(context, "people.csv", cancellationToken, "email", "name", "role", "language", "time_zone", "state", "created_at", "last_sign_in_at");
        var people = UserResponse.Of(tenant.Users.Where(user => user.DeletedAt == null).OrderBy(user => user.Id), tenant.Roles);
        await foreach (var user in people.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            await csv.WriteAsync(cancellationToken, user.Email, user.Name, user.Role, user.Language, user.TimeZone, user.State.ToString(), $"{user.CreatedAt:O}", $"{user.LastSignInAt:O}");
        }
    }

    private static async Task<Ok<ImportReport>> ImportAsync(HttpContext context, PeopleChanges changes, AccountLimit limit, CancellationToken cancellationToken, bool dryRun = false)
    {
        using var text = new StreamReader(context.Request.Body, new UTF8Encoding(false, throwOnInvalidBytes: true));
        string content;
        try
        {
            content = await text.ReadToEndAsync(cancellationToken);
        }
        catch (DecoderFallbackException)
        {
            throw RefusedException.Invalid("The file is not UTF-8 text.");
        }

        var import = UserImport.Read(content);
        var hash = InvitationEndpoints.HashOfNobodysPassword();
        await using var change = await changes.BeginAsync(cancellationToken);
        change.Caller.Require(Permission.UsersWrite);
        await import.CheckAsync(change, cancellationToken);
        if (import.Errors.Count > 0)
        {
            return dryRun
                ? TypedResults.Ok(new ImportReport(dryRun, import.Rows.Count, 0, import.Errors))
                : throw RefusedException.Invalid("Nobody was invited: some lines are wrong.", new Dictionary<string, object?> { ["errors"] = import.Errors });
        }

        await limit.RequireRoomAsync(change, import.Rows.Count, cancellationToken);
        if (dryRun)
        {
            return TypedResults.Ok(new ImportReport(dryRun, import.Rows.Count, 0, []));
        }

        var language = await SettingValues.TextAsync(change.Tenant, KnownSettings.Language, cancellationToken);
        var timeZone = await SettingValues.TextAsync(change.Tenant, KnownSettings.TimeZone, cancellationToken);
        foreach (var row in import.Rows)
        {
            InvitationEndpoints.Add(change, new NewUser(row.Email, row.Name), row.RoleId, row.Language ?? language, row.TimeZone ?? timeZone, hash);
        }

        await change.CommitAsync(cancellationToken);
        return TypedResults.Ok(new ImportReport(dryRun, import.Rows.Count, import.Rows.Count, []));
    }
}
