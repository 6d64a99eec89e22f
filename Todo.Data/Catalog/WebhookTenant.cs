namespace Todo.Data.Catalog;

/// <summary>That a tenant has webhooks, or had.</summary>
public sealed class WebhookTenant
{
    /// <summary>The tenant.</summary>
    public required Guid TenantId { get; init; }

    /// <summary>UTC; when somebody looks after them next. Whoever does moves it ahead first.</summary>
    public required DateTimeOffset DueAt { get; set; }
}
