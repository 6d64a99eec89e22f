namespace LocalAspire.Dashboard.Telemetry;

/// <summary>What one request brought.</summary>
internal sealed class Batch<T>
{
    public List<T> Items { get; } = [];

    /// <summary>How many items were of no use and are not kept.</summary>
    public int Rejected { get; set; }
}
