using System.Collections.Frozen;
using Microsoft.Extensions.Options;

namespace Todo.Api.SignUp;

/// <summary>Mail domains at which nobody signs up: the list in this assembly, and what the configuration adds.</summary>
internal sealed class DisposableDomains(IOptions<SignUpOptions> options)
{
    private const string Resource = "disposable-domains.txt";

    private readonly FrozenSet<string> _domains = Embedded().Concat(options.Value.DisposableDomains)
        .Select(domain => domain.Trim().TrimStart('.').ToLowerInvariant()).Where(domain => domain.Length > 0).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether the domain of a normalized address, or one above it, is listed.</summary>
    public bool Covers(string email)
    {
        var domain = email.AsSpan(email.LastIndexOf('@') + 1);
        var domains = _domains.GetAlternateLookup<ReadOnlySpan<char>>();
        while (!domains.Contains(domain))
        {
            var dot = domain.IndexOf('.');
            if (dot < 0)
            {
                return false;
            }

            domain = domain[(dot + 1)..];
        }

        return true;
    }

    private static IEnumerable<string> Embedded()
    {
        using var reader = new StreamReader(typeof(DisposableDomains).Assembly.GetManifestResourceStream(Resource)!);
        return [.. reader.ReadToEnd().Split('\n').Where(line => !line.StartsWith('#'))];
    }
}
