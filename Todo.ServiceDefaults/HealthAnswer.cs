using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Todo.ServiceDefaults;

/// <summary>What operators read of <c>/health</c>.</summary>
/// <param name="Status"><c>Healthy</c>, <c>Degraded</c> or <c>Unhealthy</c>.</param>
/// <param name="Checks">Each check.</param>
internal sealed record HealthAnswer(string Status, IReadOnlyList<CheckAnswer> Checks)
{
    public static HealthAnswer Of(HealthReport report) => new(
        report.Status.ToString(),
        [.. report.Entries.Select(entry => new CheckAnswer(entry.Key, entry.Value.Status.ToString(), entry.Value.Description, entry.Value.Exception?.GetType().Name, entry.Value.Duration.TotalMilliseconds))]);
}

/// <summary>How one check went.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Status">As above.</param>
/// <param name="Reason">In the check's own words; null: none.</param>
/// <param name="Error">The type of what was thrown, whose message could tell an address; null: nothing was.</param>
/// <param name="Milliseconds">How long it took.</param>
internal sealed record CheckAnswer(string Name, string Status, string? Reason, string? Error, double Milliseconds);

/// <summary>Its JSON.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(HealthAnswer))]
internal sealed partial class HealthJson : JsonSerializerContext;
