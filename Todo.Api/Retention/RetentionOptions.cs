using System.ComponentModel.DataAnnotations;

namespace Todo.Api.Retention;

/// <summary>The configuration section <c>Retention</c>: how long is kept what is of use to nobody but whoever looks into a complaint.</summary>
public sealed class RetentionOptions
{
    /// <summary>Its name.</summary>
    public const string Section = "Retention";

    /// <summary>Days after its end that a sign-up is kept, done or given up.</summary>
    [Range(1, 3650)]
    public int RegistrationDays { get; init; } = 30;

    /// <summary>Days that a mail is kept, sent or not; longer than any is tried.</summary>
    [Range(4, 3650)]
    public int MailDays { get; init; } = 30;

    /// <summary>Days that deleted lists and todos can be restored.</summary>
    [Range(1, 3650)]
    public int TrashDays { get; init; } = 30;

    /// <summary>Days that events are kept: what activity shows, and what a program that was away gets to know.</summary>
    [Range(1, 3650)]
    public int EventDays { get; init; } = 90;

    /// <summary>Days that people can look up what they were told of, read or not.</summary>
    [Range(1, 3650)]
    public int NotificationDays { get; init; } = 90;

    /// <summary>Days that it is kept what webhooks were told.</summary>
    [Range(4, 3650)]
    public int DeliveryDays { get; init; } = 30;

    /// <summary>How often it is looked, in the catalog.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often it is looked, in every tenant.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "7.00:00:00")]
    public TimeSpan TrashInterval { get; init; } = TimeSpan.FromHours(6);
}
