using Npgsql;

namespace Todo.Tenancy.Migrations;

/// <summary>Fills batches: one round trip for many statements, and an error that knows its statement.</summary>
internal static class BatchStatements
{
    /// <summary>Adds one statement with its parameters, <c>$1</c> and on.</summary>
    public static void Add(this NpgsqlBatch batch, string statement, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
#pragma warning disable CA2100 // Migrations and constants; whatever varies is a parameter.
        var command = new NpgsqlBatchCommand(statement);
#pragma warning restore CA2100
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        batch.BatchCommands.Add(command);
    }

    /// <summary>Adds statements without parameters.</summary>
    public static void Add(this NpgsqlBatch batch, IEnumerable<string> statements)
    {
        foreach (var statement in statements)
        {
            batch.Add(statement);
        }
    }

    /// <summary>A parameter.</summary>
    public static NpgsqlParameter<T> Parameter<T>(T value) => new() { TypedValue = value };

    /// <summary>A text that may be null.</summary>
    public static NpgsqlParameter Text(string? value) => new() { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text, Value = value ?? (object)DBNull.Value };

    /// <summary>Texts; null means no condition.</summary>
    public static NpgsqlParameter TextArray(string[]? values) =>
        new() { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text, Value = values ?? (object)DBNull.Value };

    /// <summary>A value that may be absent.</summary>
    public static NpgsqlParameter Nullable<T>(T? value)
        where T : struct => value is { } present ? new NpgsqlParameter<T> { TypedValue = present } : new NpgsqlParameter { Value = DBNull.Value };
}
