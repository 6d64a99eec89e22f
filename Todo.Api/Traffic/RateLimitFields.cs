using System.Globalization;
using System.Text;

namespace Todo.Api.Traffic;

/// <summary>
/// The header fields <c>RateLimit-Policy</c> and <c>RateLimit</c> of draft-ietf-httpapi-ratelimit-headers (since -08): structured lists (RFC 9651) with an
/// item for each policy, on answers of every kind.
/// </summary>
internal static class RateLimitFields
{
    public const string Limit = "RateLimit";
    public const string Policy = "RateLimit-Policy";

    public static void Write(IHeaderDictionary headers, IReadOnlyList<LimitState> states)
    {
        if (states.Count == 0)
        {
            return;
        }

        var (policies, limits) = (new StringBuilder(), new StringBuilder());
        for (var i = 0; i < states.Count; i++)
        {
            var (policy, remaining, reset) = states[i];
            var separator = i == 0 ? "" : ", ";
            policies.Append(separator).Append(policy.PolicyItem);
            limits.Append(CultureInfo.InvariantCulture, $"{separator}\"{policy.Name}\";r={Math.Max(0, remaining)}");
            if (reset is { } seconds)
            {
                limits.Append(CultureInfo.InvariantCulture, $";t={Math.Max(0, seconds)}");
            }
        }

        headers[Policy] = policies.ToString();
        headers[Limit] = limits.ToString();
    }
}
