using Microsoft.Extensions.Options;

namespace Todo.Api.Traffic;

/// <summary>The policies that a group of endpoints is under.</summary>
/// <param name="Name">The group's name in the configuration.</param>
/// <param name="Policies">All are asked for each request; those without a partition in it are left out.</param>
public sealed record LimitGroup(string Name, IReadOnlyList<LimitPolicy> Policies)
{
    /// <summary>For signed-in callers of endpoints that name no group.</summary>
    public const string Default = "default";

    /// <summary>For endpoints that anybody may call and that name no group, and for addresses without an endpoint.</summary>
    public const string Anonymous = "anonymous";

    /// <summary>For callers who are not let in: a wrong token, or a wrong operators' key.</summary>
    public const string Refused = "refused";

    /// <summary>The groups that every configuration has.</summary>
    public static readonly string[] Always = [Default, Anonymous, Refused];
}

/// <summary>All groups, as configured; without any policy if rates are not to be limited.</summary>
public sealed class LimitGroups
{
    private readonly Dictionary<string, LimitGroup> _groups;

    /// <summary>Reads the configuration.</summary>
    /// <exception cref="OptionsValidationException">It is wrong; the message says where.</exception>
    public LimitGroups(IOptions<TrafficOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var policies = options.Value.Policies.ToDictionary(policy => policy.Key, policy => new LimitPolicy(policy.Key, policy.Value));
        _groups = options.Value.Groups.ToDictionary(group => group.Key, group =>
            new LimitGroup(group.Key, options.Value.LimitRates ? [.. group.Value.Select(name => policies[name])] : []));
        (Default, Anonymous, Refused) = (_groups[LimitGroup.Default], _groups[LimitGroup.Anonymous], _groups[LimitGroup.Refused]);
    }

    /// <summary>See <see cref="LimitGroup.Default"/>.</summary>
    public LimitGroup Default { get; }

    /// <summary>See <see cref="LimitGroup.Anonymous"/>.</summary>
    public LimitGroup Anonymous { get; }

    /// <summary>See <see cref="LimitGroup.Refused"/>.</summary>
    public LimitGroup Refused { get; }

    /// <summary>The group of this name.</summary>
    public LimitGroup this[string name] => _groups[name];

    /// <summary>Whether there is a group of this name.</summary>
    public bool Contains(string name) => _groups.ContainsKey(name);
}
