using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Todo.Api.Webhooks;

/// <summary>The configuration section <c>Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    /// <summary>Its name.</summary>
    public const string Section = "Webhooks";

    /// <summary>Out of it the secrets of all webhooks are made, at every replica the same; nobody makes webhooks while it is empty. Another one makes other secrets.</summary>
    [MinLength(32)]
    public string? Key { get; init; }

    /// <summary>For how many tenants at once this process tells webhooks; 0: that is for others to do.</summary>
    [Range(0, 64)]
    public int Workers { get; init; } = 4;

    /// <summary>How often each tenant with webhooks is looked after, whatever happens.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a receiver has to answer.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after the first attempt the second follows; then twice as long each time, up to <see cref="LongestRetry"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest time between two attempts.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromHours(6);

    /// <summary>How often something is tried.</summary>
    [Range(1, 100)]
    public int Attempts { get; init; } = 16;

    /// <summary>How long a webhook may answer nothing good before it is told nothing more.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "90.00:00:00")]
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromDays(5);

    /// <summary>Whether also http and addresses inside of the network are told; for development only, and refused elsewhere.</summary>
    public bool AllowInside { get; init; }
}

/// <summary>Nobody opens the inside of a network by mistake.</summary>
/// <param name="environment">Where the service runs.</param>
public sealed class WebhookOptionsRules(IHostEnvironment environment) : IValidateOptions<WebhookOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, WebhookOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.AllowInside && !environment.IsDevelopment()
            ? ValidateOptionsResult.Fail($"'{WebhookOptions.Section}:{nameof(WebhookOptions.AllowInside)}' is for development only: whoever manages webhooks could reach what is inside of the network.")
            : ValidateOptionsResult.Success;
    }
}
