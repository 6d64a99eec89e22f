using System.Globalization;

namespace Todo.Benchmarks.Requests;

/// <summary>What came of one measurement.</summary>
/// <param name="Load">As the caller saw it.</param>
/// <param name="ProcessorMicroseconds">Processor time of the server for each request.</param>
internal sealed record Measurement(Load Load, double ProcessorMicroseconds);

/// <summary>One of those that are compared, and what was measured of it.</summary>
internal sealed class Side
{
    private readonly ServerUnderTest _server;
    private readonly string _name;
    private readonly Func<TimeSpan, CancellationToken, Load> _run;

    /// <summary>A server that is asked for the same in turn.</summary>
    public Side(ServerUnderTest server, LoadGenerator generator, IReadOnlyList<WireRequest> requests) =>
        (_server, _name, _run) = (server, server.Name, (duration, cancellationToken) => generator.Run(requests, duration, cancellationToken));

    /// <summary>Requests each of which is sent once.</summary>
    /// <param name="server">The server.</param>
    /// <param name="name">What to call this side.</param>
    /// <param name="generator">Sends them.</param>
    /// <param name="requests">Those of one measurement.</param>
    public Side(ServerUnderTest server, string name, LoadGenerator generator, Func<IEnumerable<WireRequest>> requests) =>
        (_server, _name, _run) = (server, name, (duration, cancellationToken) => generator.Run(requests(), duration, cancellationToken));

    public List<Measurement> Results { get; } = [];

    public void WarmUp(TimeSpan duration, CancellationToken cancellationToken) => Run(duration, cancellationToken);

    public string Measure(TimeSpan duration, CancellationToken cancellationToken)
    {
        var before = _server.ProcessorTime;
        var load = Run(duration, cancellationToken);
        var result = new Measurement(load, (_server.ProcessorTime - before).TotalMicroseconds / load.Answers);
        Results.Add(result);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{_name,-12} {load.RequestsPerSecond,7:0} requests/s  p50 {load.P50:0.0} ms  p99 {load.P99:0.0} ms  CPU {result.ProcessorMicroseconds:0} µs/request");
    }

    private Load Run(TimeSpan duration, CancellationToken cancellationToken)
    {
        try
        {
            return _run(duration, cancellationToken);
        }
        catch (Exception exception) when (exception is BenchmarkException or System.Net.Sockets.SocketException)
        {
            throw new BenchmarkException($"The {_server.Name} failed: {exception.Message}\nIts last lines:\n{_server.LastLines}");
        }
    }
}
