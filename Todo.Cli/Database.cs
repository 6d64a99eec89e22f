using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Todo.Data;

namespace Todo.Cli;

/// <summary>Finds the connection string and connects the engine.</summary>
internal static class Database
{
    public const string Name = "tododb";
    public const string Variable = "ConnectionStrings__" + Name;

    // A command at 64 tenants at once still asks for its own progress.
    private const int MaxPoolSize = 72;

    /// <summary>The engine's services. Nothing is sent to the server yet.</summary>
    /// <exception cref="CliException">There is no connection string, or it is malformed.</exception>
    public static ServiceProvider Connect(string? given)
    {
        var dataSource = new NpgsqlDataSourceBuilder(Complete(Find(given)));

        // Every table of every tenant is a type to PostgreSQL, and nobody here needs to know them.
        dataSource.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(dataSource.Build());
        services.AddTodoData();
        return services.BuildServiceProvider();
    }

    private static string Find(string? given) =>
        FirstText(given, Environment.GetEnvironmentVariable(Variable))
        ?? FirstText(OfFile())
        ?? throw CliException.Usage($"There is no connection string. Give --connection, set {Variable}, or have ConnectionStrings:{Name} in appsettings.json here.");

    private static string? OfFile()
    {
        try
        {
            return new ConfigurationBuilder().SetBasePath(Environment.CurrentDirectory).AddJsonFile("appsettings.json", optional: true).Build().GetConnectionString(Name);
        }
        catch (InvalidDataException)
        {
            // The message could repeat what is in it.
            throw CliException.Usage("The appsettings.json here is not valid JSON.");
        }
    }

    private static string? FirstText(params string?[] texts) => texts.FirstOrDefault(text => !string.IsNullOrWhiteSpace(text));

    private static string Complete(string text)
    {
        NpgsqlConnectionStringBuilder connection;
        try
        {
            connection = new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            // A malformed one may have its password anywhere, so no part of it is repeated.
            throw CliException.Usage("The connection string is malformed. It looks like: Host=…;Database=…;Username=…;Password=…");
        }

        Default("Application Name", "todo");
        Default("Maximum Pool Size", MaxPoolSize);
        Default("Timeout", 5);
        Default("Max Auto Prepare", 64);

        // A migration that fails must name its statement.
        connection.IncludeFailedBatchedCommand = true;
        return connection.ConnectionString;

        void Default(string keyword, object value)
        {
            if (!connection.ShouldSerialize(keyword))
            {
                connection[keyword] = value;
            }
        }
    }
}
