using Npgsql;
using Todo.Api.ApiKeys;
using Todo.Api.Identity;
using Todo.Data.Access;

namespace Todo.Api.Events;

/// <summary>Asks again, in the middle of an answer that does not end, whether its caller may still have it.</summary>
internal sealed class StreamAdmission(TenantAdmission admission, SessionDirectory sessions, ApiKeyDirectory keys)
{
    /// <summary>Whether the session or key is good, its tenant served and not suspended, and the permission still there. Mostly memory knows.</summary>
    public async Task<bool> MayStillAsync(HttpRequest request, Guid person, string permission)
    {
        if (!Bearer.TryRead(request, out var bearer))
        {
            return false;
        }

        try
        {
            if (bearer.Kind == ActorKind.ApiKey)
            {
                var key = await admission.AdmitAsync(request, bearer.Token, keys.FindAsync);
                return key.Caller is { } found && found.CreatedBy == person && found.Permissions.Contains(permission);
            }

            var session = await admission.AdmitAsync(request, bearer.Token, sessions.FindAsync);
            return session.Caller is { } caller && caller.UserId == person && caller.Permissions.Contains(permission);
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            // Nobody can say; whoever comes again is asked anew.
            return false;
        }
    }
}
