namespace Todo.ServiceDefaults;

/// <summary>
/// The names under which the AppHost wires resources and the services find them (as connection names).
/// This file is compiled into the AppHost as well, so the two can't drift apart.
/// </summary>
internal static class ResourceNames
{
    /// <summary>The PostgreSQL server.</summary>
    public const string Postgres = "postgres";

    /// <summary>The database in it, holding the catalog (<c>public</c>) and every tenant's schema.</summary>
    public const string Database = "tododb";

    /// <summary>The same database, signed in to as its owner, for what has to make and change schemas beside serving requests.</summary>
    public const string DatabaseOwner = "tododb-owner";

    /// <summary>The secret parameter with the password of the API's role in the database.</summary>
    public const string DatabasePassword = "api-database-password";

    /// <summary>Redis.</summary>
    public const string Cache = "cache";

    /// <summary>The worker that brings every schema to head and exits.</summary>
    public const string MigrationWorker = "migrations";

    /// <summary>The HTTP API.</summary>
    public const string Api = "api";

    /// <summary>The secret parameter with the operators' key for <c>/cc</c>.</summary>
    public const string OperatorKey = "operator-key";

    /// <summary>The parameter with the key out of which webhooks' secrets are made.</summary>
    public const string WebhookKey = "webhook-key";

    /// <summary>The parameter with the key out of which links to files are signed.</summary>
    public const string FileKey = "file-key";

    /// <summary>The secret parameter with the password of the demo people (Development only).</summary>
    public const string DemoPassword = "demo-password";
}
