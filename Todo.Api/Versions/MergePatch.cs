using System.Runtime.CompilerServices;

namespace Todo.Api.Versions;

/// <summary>
/// A change in the form of a JSON merge patch (RFC 7396): a field that is absent stays as it is, and one that is null is cleared. The two differ
/// only in whether the field was set, so each of its properties says so: <c>set => field = Given(value)</c>.
/// </summary>
/// <remarks>Setters, not init: the source generator assigns every init property, and then absent and null would look alike.</remarks>
public abstract class MergePatch
{
    /// <summary>The media type of such a change.</summary>
    public const string MediaType = "application/merge-patch+json";

    private readonly HashSet<string> _given = [];

    /// <summary>Whether a property was given, be it as null.</summary>
    internal bool Has(string property) => _given.Contains(property);

    /// <summary>Notes that a property was given.</summary>
    protected T Given<T>(T value, [CallerMemberName] string property = "")
    {
        _given.Add(property);
        return value;
    }
}

/// <summary>How endpoints say that they take one.</summary>
internal static class MergePatches
{
    /// <summary>Takes it as <see cref="MergePatch.MediaType"/> and, as most clients send it, as plain JSON.</summary>
    public static RouteHandlerBuilder AcceptsMergePatch<T>(this RouteHandlerBuilder endpoint)
        where T : MergePatch => endpoint.Accepts<T>(MergePatch.MediaType, "application/json");
}
