namespace Aspire.StackExchange.Redis;

/// <summary>How a service talks to Redis; the configuration section is <c>Aspire:StackExchange:Redis</c>.</summary>
public sealed class StackExchangeRedisSettings
{
    /// <summary>Comma-separated endpoints and options. <c>ConnectionStrings:{name}</c>, when present, takes the place of the section's value.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Leaves the health check <c>StackExchange.Redis</c> out.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Has no effect here: StackExchange.Redis 1.2.6 has nothing to trace with.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>True (the default) connects when the multiplexer is first asked for; false connects when the host starts.</summary>
    public bool DisableAutoActivation { get; set; } = true;
}
