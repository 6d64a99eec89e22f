namespace Todo.Tenancy.Migrations;

/// <summary>One migration as SQL, generated once for all tenants: nothing in it names a schema.</summary>
/// <param name="Id">The migration's id, <c>yyyyMMddHHmmss_Name</c>.</param>
/// <param name="Up">The statements that apply it, in order, ending with the row for <c>__EFMigrationsHistory</c>.</param>
/// <param name="Down">The statements that undo it, in order, ending with the removal of that row.</param>
/// <param name="Checksum">SHA-256 over the migration's own statements in <paramref name="Up"/>, in lower-case hexadecimal.</param>
/// <param name="LineChecksum">SHA-256 over the previous step's line checksum and this step's checksum: one value for all that led here.</param>
public sealed record MigrationStep(string Id, IReadOnlyList<string> Up, IReadOnlyList<string> Down, string Checksum, string LineChecksum);
