namespace Todo.Tenancy.Migrations;

/// <summary>One migration as SQL, generated once for all tenants: nothing in it names a schema.</summary>
/// <param name="Id">The migration's id, <c>yyyyMMddHHmmss_Name</c>.</param>
/// <param name="Up">What applies it.</param>
/// <param name="Down">What undoes it; null if the class has no <c>Down</c>.</param>
/// <param name="Checksum">SHA-256 over the migration's own statements in <paramref name="Up"/>, in lower-case hexadecimal.</param>
/// <param name="LineChecksum">SHA-256 over the previous step's line checksum and this step's checksum: one value for all that led here.</param>
public sealed record MigrationStep(string Id, MigrationScript Up, MigrationScript? Down, string Checksum, string LineChecksum)
{
    /// <summary>The lint rules that the migration's author has answered for, each with the written reason; see <see cref="AcknowledgeAttribute"/>.</summary>
    public IReadOnlyDictionary<string, string> Acknowledged { get; init; } = new Dictionary<string, string>();

    /// <summary>Why the migration can't be undone, if its author says so; see <see cref="IrreversibleAttribute"/>.</summary>
    public string? IrreversibleReason { get; init; }
}
