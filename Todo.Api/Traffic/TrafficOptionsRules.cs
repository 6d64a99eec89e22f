using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Todo.Api.Traffic;

/// <summary>What a configuration of limits must keep to; with one that does not, the API does not start and says what to change.</summary>
internal sealed partial class TrafficOptionsRules : IValidateOptions<TrafficOptions>
{
    public ValidateOptionsResult Validate(string? name, TrafficOptions options)
    {
        string[] failures = [.. General(options), .. options.Policies.SelectMany(policy => OfPolicy(policy.Key, policy.Value)), .. OfGroups(options)];
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> General(TrafficOptions options)
    {
        if (options.RedisPatience < TimeSpan.FromMilliseconds(10) || options.RedisPatience > TimeSpan.FromSeconds(10))
        {
            yield return $"'{TrafficOptions.Section}:{nameof(options.RedisPatience)}' must be from 00:00:00.010 to 00:00:10, not {options.RedisPatience}.";
        }

        if (options.TenantConcurrency is < 1 or > 1000)
        {
            yield return $"'{TrafficOptions.Section}:{nameof(options.TenantConcurrency)}' must be from 1 to 1000, not {options.TenantConcurrency}.";
        }

        if (options.TenantQueue is < 0 or > 10_000)
        {
            yield return $"'{TrafficOptions.Section}:{nameof(options.TenantQueue)}' must be from 0 to 10000, not {options.TenantQueue}.";
        }
    }

    private static IEnumerable<string> OfPolicy(string name, PolicyOptions policy)
    {
        var path = $"{TrafficOptions.Section}:{nameof(TrafficOptions.Policies)}:{name}";
        if (!Name().IsMatch(name))
        {
            yield return $"'{path}': a policy's name is 1 to 40 lower-case letters, digits and hyphens.";
        }

        if (!Enum.IsDefined(policy.Partition) || !Enum.IsDefined(policy.Per))
        {
            yield return $"'{path}': {nameof(policy.Partition)} is one of {string.Join(", ", Enum.GetNames<PartitionKind>())}; {nameof(policy.Per)} is {string.Join(" or ", Enum.GetNames<RatePeriod>())}.";
        }

        if (policy.Rate is < 1 or > 10_000)
        {
            yield return $"'{path}:{nameof(policy.Rate)}' must be from 1 to 10000 requests, not {policy.Rate}.";
        }

        if (policy.Burst is < 0 or > 100_000)
        {
            yield return $"'{path}:{nameof(policy.Burst)}' must be from 0 to 100000 requests, not {policy.Burst}.";
        }

        if (policy.Queue is < 0 or > 10_000)
        {
            yield return $"'{path}:{nameof(policy.Queue)}' must be from 0 to 10000 requests, not {policy.Queue}.";
        }
        else if (policy.Rate > 0 && new LimitPolicy(name, policy).LongestWait > LimitPolicy.MaxWait)
        {
            yield return $"'{path}:{nameof(policy.Queue)}': the last of {policy.Queue} requests would wait longer than {LimitPolicy.MaxWait.TotalSeconds:0} s at this rate; shorten the queue or raise the rate.";
        }
    }

    private static IEnumerable<string> OfGroups(TrafficOptions options)
    {
        var path = $"{TrafficOptions.Section}:{nameof(TrafficOptions.Groups)}";
        foreach (var missing in LimitGroup.Always.Where(name => !options.Groups.ContainsKey(name)))
        {
            yield return $"'{path}:{missing}' is missing: name the policies of this group.";
        }

        foreach (var (group, policies) in options.Groups)
        {
            foreach (var unknown in policies.Where(policy => !options.Policies.ContainsKey(policy)))
            {
                yield return $"'{path}:{group}' names the policy '{unknown}', which is not among '{TrafficOptions.Section}:{nameof(TrafficOptions.Policies)}'.";
            }
        }
    }

    [GeneratedRegex("^[a-z0-9-]{1,40}$")]
    private static partial Regex Name();
}
