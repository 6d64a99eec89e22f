using System.ComponentModel.DataAnnotations;

namespace Todo.Api.SignUp;

/// <summary>The configuration section <c>SignUp</c>.</summary>
public sealed class SignUpOptions
{
    /// <summary>Its name.</summary>
    public const string Section = "SignUp";

    /// <summary>Mail domains that are refused, with their subdomains, in addition to those of <c>disposable-domains.txt</c>.</summary>
    public IReadOnlyList<string> DisposableDomains { get; init; } = [];

    /// <summary>How often open sign-ups are looked for that nobody works on, such as those of a replica that died.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a sign-up that failed is left alone after the first attempt; twice as long after each further one, and 15 minutes at most.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:15:00")]
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After how many failures a sign-up is abandoned.</summary>
    [Range(1, 1000)]
    public int MaxAttempts { get; init; } = 20;
}
