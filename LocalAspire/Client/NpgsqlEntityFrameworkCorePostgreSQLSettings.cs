namespace Aspire.Npgsql.EntityFrameworkCore.PostgreSQL;

/// <summary>
/// How a <c>DbContext</c> talks to PostgreSQL; the configuration section is <c>Aspire:Npgsql:EntityFrameworkCore:PostgreSQL</c>,
/// refined by its sub-section named after the connection and then by the one named after the context's class.
/// </summary>
public class NpgsqlEntityFrameworkCorePostgreSQLSettings
{
    /// <summary>The connection string. <c>ConnectionStrings:{name}</c>, when present, takes the place of the section's value.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Leaves the provider's retry of transient failures off.</summary>
    public bool DisableRetry { get; set; }

    /// <summary>Leaves the health check, named after the context's class, out.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Leaves Npgsql's activity source out of the traces.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>Leaves Npgsql's meter out of the metrics.</summary>
    public bool DisableMetrics { get; set; }

    /// <summary>Seconds before a command is given up; null leaves the provider's own default.</summary>
    public int? CommandTimeout { get; set; }
}
