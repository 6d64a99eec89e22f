namespace Todo.Api.Accounts;

/// <summary>From where a request came, as sessions and records keep it.</summary>
/// <param name="Address">The network address; null: unknown.</param>
/// <param name="UserAgent">What the client says it is, at most <see cref="MaxUserAgentLength"/> characters; null: it doesn't say.</param>
internal sealed record CallerOrigin(string? Address, string? UserAgent)
{
    public const int MaxUserAgentLength = 200;

    public static CallerOrigin Of(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        var agent = context.Request.Headers.UserAgent.ToString();
        return new CallerOrigin(
            (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString(),
            agent.Length == 0 ? null : agent[..Math.Min(agent.Length, MaxUserAgentLength)]);
    }
}
