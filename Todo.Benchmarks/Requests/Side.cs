using System.Globalization;

namespace Todo.Benchmarks.Requests;

/// <summary>What came of one measurement.</summary>
/// <param name="Load">As the caller saw it.</param>
/// <param name="ProcessorMicroseconds">Processor time of the server for each request.</param>
internal sealed record Measurement(Load Load, double ProcessorMicroseconds);

/// <summary>One of the servers that are compared, and what was measured of it.</summary>
internal sealed class Side(ServerUnderTest server, LoadGenerator generator, IReadOnlyList<WireRequest> requests)
{
    public List<Measurement> Results { get; } = [];

    public void WarmUp(TimeSpan duration, CancellationToken cancellationToken) => Run(duration, cancellationToken);

    public string Measure(TimeSpan duration, CancellationToken cancellationToken)
    {
        var before = server.ProcessorTime;
        var load = Run(duration, cancellationToken);
        var result = new Measurement(load, (server.ProcessorTime - before).TotalMicroseconds / (load.RequestsPerSecond * duration.TotalSeconds));
        Results.Add(result);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{server.Name,-12} {load.RequestsPerSecond,7:0} requests/s  p50 {load.P50:0.0} ms  p99 {load.P99:0.0} ms  CPU {result.ProcessorMicroseconds:0} µs/request");
    }

    private Load Run(TimeSpan duration, CancellationToken cancellationToken)
    {
        try
        {
            return generator.Run(requests, duration, cancellationToken);
        }
        catch (Exception exception) when (exception is BenchmarkException or System.Net.Sockets.SocketException)
        {
            throw new BenchmarkException($"The {server.Name} failed: {exception.Message}\nIts last lines:\n{server.LastLines}");
        }
    }
}
