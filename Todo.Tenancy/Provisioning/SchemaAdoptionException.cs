namespace Todo.Tenancy.Provisioning;

/// <summary>A schema can't become a tenant's. Nothing was changed.</summary>
public sealed class SchemaAdoptionException(string schema, string reason, Exception? inner = null)
    : Exception($"The schema '{schema}' can't be adopted: {reason}", inner)
{
    /// <summary>The schema's name as it was given.</summary>
    public string Schema { get; } = schema;
}
