namespace Aspire;

internal static class ConnectionString
{
    /// <summary>The connection string, or an error that names every place it may come from.</summary>
    public static string Require(string? value, string connectionName, string section)
        => string.IsNullOrWhiteSpace(value)
            ? throw new InvalidOperationException(
                $"ConnectionString is missing: set 'ConnectionStrings:{connectionName}', or the key 'ConnectionString' in the configuration section '{section}'.")
            : value;
}
