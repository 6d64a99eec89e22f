using System.Text.RegularExpressions;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// The environment of a process as others may see it. Whatever is, holds or may hold a secret is left out: what the model calls secret, every
/// connection string, and whatever is named or looks like one. Too much hidden is a nuisance, too little a leak.
/// </summary>
internal static partial class ShownEnvironment
{
    public static EnvironmentVariableSnapshot Variable(string name, object? value, string text) =>
        new(name, IsSecret(value, depth: 0) || SecretName().IsMatch(name) || SecretText().IsMatch(text) ? null : text, IsFromSpec: true);

    private static bool IsSecret(object? value, int depth) => value switch
    {
        ParameterResource parameter => parameter.Secret,
        IResourceBuilder<IResource> { Resource: var resource } => IsSecret(resource, depth),
        IResourceWithConnectionString or ConnectionStringReference => true,
        IValueWithReferences parts => depth > 16 || parts.References.Any(part => IsSecret(part, depth + 1)),
        _ => false,
    };

    [GeneratedRegex("password|passwd|pwd|secret|token|credential|connectionstring|apikey|headers|(^|_)(key|pass)(_|$)", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();

    // Part of a connection string, or an address with a password in it.
    [GeneratedRegex("""password\s*=|pwd\s*=|://[^/\s@]*:[^/\s@]+@""", RegexOptions.IgnoreCase)]
    private static partial Regex SecretText();
}
