using System.Diagnostics.CodeAnalysis;

namespace Aspire.Hosting;

/// <summary>How an application is made.</summary>
public sealed class DistributedApplicationOptions
{
    /// <summary>The command line.</summary>
    [SuppressMessage("Performance", "CA1819:Properties should not return arrays", Justification = "It is an array in Aspire.")]
    public string[]? Args { get; set; }

    /// <summary>The AppHost's assembly; the process's own if null.</summary>
    public string? AssemblyName { get; set; }

    /// <summary>The AppHost's folder; the one its assembly was built in if null.</summary>
    public string? ProjectDirectory { get; set; }

    /// <summary>Whether to leave out what a person would watch: here, the dashboard, and the state table on the console.</summary>
    public bool DisableDashboard { get; set; }

    /// <summary>Whether the resources' output also goes to the AppHost's log.</summary>
    public bool EnableResourceLogging { get; set; }

    /// <summary>Whether a dashboard may be served over http.</summary>
    public bool AllowUnsecuredTransport { get; set; }
}
