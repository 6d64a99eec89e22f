using Npgsql;

namespace Todo.Tenancy.Migrations;

/// <summary>Columns that may be null.</summary>
internal static class ReaderColumns
{
    /// <summary>A text.</summary>
    public static string? TextOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>A time, UTC.</summary>
    public static DateTimeOffset? TimeOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
}
