namespace Aspire.Npgsql;

/// <summary>How a service talks to PostgreSQL through an <c>NpgsqlDataSource</c>; the configuration section is <c>Aspire:Npgsql</c>.</summary>
public class NpgsqlSettings
{
    /// <summary>The connection string. <c>ConnectionStrings:{name}</c>, when present, takes the place of the section's value.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Leaves the health check <c>PostgreSql</c> out.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Leaves Npgsql's activity source out of the traces.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>Leaves Npgsql's meter out of the metrics.</summary>
    public bool DisableMetrics { get; set; }
}
