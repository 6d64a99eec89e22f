using System.Diagnostics;

namespace Todo.Data.Catalog;

/// <summary>
/// A mail that is to be sent, written down in the transaction that makes it necessary. A token that it carries is made when it is sent, so
/// there is no secret in it.
/// </summary>
public sealed class OutgoingMail
{
    /// <summary>A mail to a person, due at once.</summary>
    /// <param name="tenantId">The tenant that the person belongs to.</param>
    /// <param name="userId">The person.</param>
    /// <param name="template">Which mail.</param>
    /// <param name="now">UTC.</param>
    public static OutgoingMail To(Guid tenantId, Guid userId, string template, DateTimeOffset now) =>
        new() { Id = Guid.CreateVersion7(now), TenantId = tenantId, UserId = userId, Template = template, CreatedAt = now, NotBefore = now, TraceParent = Activity.Current?.Id };

    /// <summary>UUID version 7.</summary>
    public required Guid Id { get; init; }

    /// <summary>The tenant that the person belongs to.</summary>
    public required Guid TenantId { get; init; }

    /// <summary>The person.</summary>
    public required Guid UserId { get; init; }

    /// <summary>Which mail, such as <c>activation</c>.</summary>
    public required string Template { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>UTC; before that nobody sends it.</summary>
    public required DateTimeOffset NotBefore { get; set; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; set; }

    /// <summary>UTC; null: not yet.</summary>
    public DateTimeOffset? SentAt { get; set; }

    /// <summary>Why the last attempt failed.</summary>
    public string? Error { get; set; }

    /// <summary>The <c>traceparent</c> of what made it necessary; null: there was no trace.</summary>
    public string? TraceParent { get; init; }
}
