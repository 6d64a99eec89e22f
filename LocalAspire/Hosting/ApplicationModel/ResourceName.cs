using System.Text.RegularExpressions;

namespace Aspire.Hosting.ApplicationModel;

internal static partial class ResourceName
{
    public static void Validate(string name)
    {
        if (name.Length > 64 || !Pattern().IsMatch(name))
        {
            throw new ArgumentException(
                $"'{name}' is no name for a resource: it must begin with a letter, consist of ASCII letters, digits and single hyphens, "
                + "not end with a hyphen, and have at most 64 characters.",
                nameof(name));
        }
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$")]
    private static partial Regex Pattern();
}
