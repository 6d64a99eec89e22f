using Todo.ServiceDefaults;

namespace Todo.AppHost;

/// <summary>How the API signs in to the database (decision 8).</summary>
internal static class ApiDatabase
{
    // The worker makes it, and names it after the database: roles belong to the whole server.
    private const string Role = ResourceNames.Database + "_api";

    /// <summary>
    /// Lets the API sign in as the role that works with rows only. What makes and changes schemas, the control centre and signing up, signs in as
    /// the owner; an API without that second connection serves everything else.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithDatabase(
        this IResourceBuilder<ProjectResource> api, IResourceBuilder<IResourceWithConnectionString> database, IResourceBuilder<ParameterResource> password)
    {
        // Of a keyword that is given twice the second counts.
        var rows = api.ApplicationBuilder.AddConnectionString($"{ResourceNames.Database}-rows", ReferenceExpression.Create($"{database};Username={Role};Password={password}"));
        return api.WithReference(rows, ResourceNames.Database).WithReference(database, ResourceNames.DatabaseOwner);
    }
}
