using Todo.Data.Access;

namespace Todo.Api.Identity;

/// <summary>The token in a request's <c>Authorization</c> header (RFC 6750 §2.1), and by its prefix whose kind it is.</summary>
/// <remarks>The prefixes are for scanners that look for secrets in code and logs, and for people; what a token may do is decided by what is found under its hash.</remarks>
internal readonly record struct Bearer(ActorKind Kind, AccessToken Token)
{
    /// <summary>What the keys of machines begin with.</summary>
    public const string ApiKeyPrefix = "todo_key_";

    /// <summary>What the tokens of guests' links begin with.</summary>
    public const string GuestPrefix = "todo_guest_";

    /// <summary>What the tokens in the addresses of calendars begin with; they are in no header.</summary>
    public const string CalendarPrefix = "todo_cal_";

    private const string Scheme = "Bearer ";

    /// <summary>Reads it; false if there is none, more than one, or it is malformed.</summary>
    public static bool TryRead(HttpRequest request, out Bearer bearer)
    {
        bearer = default;
        if (request.Headers.Authorization is not [{ } header] || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var text = header.AsSpan(Scheme.Length).Trim();
        var kind = ActorKind.User;
        if (text.StartsWith(ApiKeyPrefix))
        {
            kind = ActorKind.ApiKey;
            text = text[ApiKeyPrefix.Length..];
        }
        else if (text.StartsWith(GuestPrefix))
        {
            kind = ActorKind.Guest;
            text = text[GuestPrefix.Length..];
        }

        if (!AccessToken.TryParse(text, out var token))
        {
            return false;
        }

        bearer = new Bearer(kind, token);
        return true;
    }
}
