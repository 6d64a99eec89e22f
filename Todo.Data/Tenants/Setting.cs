namespace Todo.Data.Tenants;

/// <summary>A setting of the tenant that differs from its default.</summary>
public sealed class Setting
{
    /// <summary>Such as <c>sessions.longest_days</c>.</summary>
    public required string Key { get; init; }

    /// <summary>JSON of the setting's type.</summary>
    public required string Value { get; set; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>A setting of a person that differs from its default.</summary>
public sealed class UserSetting
{
    /// <summary>Whose.</summary>
    public required Guid UserId { get; init; }

    /// <summary>Such as <c>notifications.mail</c>.</summary>
    public required string Key { get; init; }

    /// <summary>JSON of the setting's type.</summary>
    public required string Value { get; set; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; set; }
}
