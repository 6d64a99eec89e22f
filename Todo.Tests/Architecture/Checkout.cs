namespace Todo.Tests.Architecture;

/// <summary>The files that the tests were built from. Found from the build's output: the paths that a compiler writes down are mapped to others in CI.</summary>
internal static class Checkout
{
    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder) => File.Exists(Path.Combine(folder, "Todo.sln"))
        ? folder
        : Find(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Todo.sln."));
}
