using System.Buffers.Text;
using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Todo.Benchmarks.Requests;

/// <summary>A request as it goes over the wire, and what its answer has to be.</summary>
/// <param name="Bytes">All of it.</param>
/// <param name="BodyLength">How long the answer's body has to be; null: nobody knows.</param>
/// <param name="Status">The answer's status.</param>
internal sealed record WireRequest(byte[] Bytes, int? BodyLength, int Status = 200)
{
    /// <summary>A GET by somebody who is signed in.</summary>
    public static WireRequest Get(string path, string tenant, string token, int? bodyLength) => new(Encoding.ASCII.GetBytes(Head("GET", path, tenant, token) + "\r\n"), bodyLength);

    /// <summary>A POST by somebody who is signed in.</summary>
    /// <param name="path">The path.</param>
    /// <param name="tenant">The tenant's slug.</param>
    /// <param name="token">The person's token.</param>
    /// <param name="json">The body, in ASCII; empty: none.</param>
    /// <param name="status">What has to be answered.</param>
    /// <param name="key">Its <c>Idempotency-Key</c>, if it has one.</param>
    public static WireRequest Post(string path, string tenant, string token, string json, int status, Guid? key = null) => new(
        Encoding.ASCII.GetBytes(
            Head("POST", path, tenant, token) + (key is { } one ? $"Idempotency-Key: \"{one}\"\r\n" : "") + (json.Length > 0 ? "Content-Type: application/json\r\n" : "") + $"Content-Length: {json.Length}\r\n\r\n{json}"),
        BodyLength: null,
        status);

    private static string Head(string method, string path, string tenant, string token) =>
        $"{method} {path} HTTP/1.1\r\nHost: localhost\r\ntenant: {tenant}\r\nAuthorization: Bearer {token}\r\n";
}

/// <summary>What one measurement came to.</summary>
/// <param name="RequestsPerSecond">Answers that came in time, each with the right status and a body of the right length.</param>
/// <param name="P50">Median latency in milliseconds.</param>
/// <param name="P99">99th percentile of the latency in milliseconds.</param>
/// <param name="Answers">How many answers that were.</param>
internal sealed record Load(double RequestsPerSecond, double P50, double P99, int Answers);

/// <summary>
/// Keeps one HTTP/1.1 request under way on each of some kept-alive connections. One thread and blocking system calls: the machine's
/// cores belong to what is measured, so this must take as little of them as it can. Anything but a right answer ends the measurement.
/// </summary>
internal sealed class LoadGenerator : IDisposable
{
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(10);

    private readonly Connection[] _connections;

    /// <summary>Connects.</summary>
    public LoadGenerator(Uri address, int connections) =>
        _connections = [.. Enumerable.Range(0, connections).Select(_ => new Connection(new IPEndPoint(IPAddress.Parse(address.Host), address.Port)))];

    /// <summary>Sends <paramref name="requests"/> in turn for <paramref name="duration"/>, then waits for the answers still under way.</summary>
    /// <exception cref="BenchmarkException">An answer was wrong or did not come.</exception>
    public Load Run(IReadOnlyList<WireRequest> requests, TimeSpan duration, CancellationToken cancellationToken) => Run(InTurn(requests), duration, cancellationToken);

    /// <summary>The same for requests each of which is sent once. It is over as well when there are no more.</summary>
    /// <param name="requests">They are made while this goes on, so that has to be quick; there have to be more than connections.</param>
    /// <param name="duration">After which no more are sent.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BenchmarkException">An answer was wrong or did not come.</exception>
    public Load Run(IEnumerable<WireRequest> requests, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var next = requests.GetEnumerator();
        var latencies = new List<long>(1 << 16);
        var waiting = new List<Connection>(_connections.Length);
        var answered = new ArrayList(_connections.Length);
        var start = Stopwatch.GetTimestamp();
        var elapsed = duration;
        var isOver = false;
        foreach (var connection in _connections)
        {
            if (!next.MoveNext())
            {
                throw new BenchmarkException($"There are fewer requests than the {_connections.Length} connections.");
            }

            connection.Send(next.Current);
            waiting.Add(connection);
        }

        while (waiting.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            answered.Clear();
            answered.AddRange(waiting);
            Socket.Select(answered, null, null, AnswerPatience);
            if (answered.Count == 0)
            {
                throw new BenchmarkException($"No answer for {AnswerPatience.TotalSeconds:0} seconds.");
            }

            isOver |= Stopwatch.GetElapsedTime(start) >= duration;
            foreach (Connection connection in answered)
            {
                if (!connection.TryReceive(out var latency))
                {
                    continue;
                }

                if (isOver)
                {
                    waiting.Remove(connection);
                    continue;
                }

                latencies.Add(latency);
                if (next.MoveNext())
                {
                    connection.Send(next.Current);
                }
                else
                {
                    elapsed = Stopwatch.GetElapsedTime(start);
                    isOver = true;
                    waiting.Remove(connection);
                }
            }
        }

        return Result(latencies, elapsed);
    }

    /// <summary>Sends <paramref name="requests"/> in turn on the first connection, at even times, as somebody does who never comes near a limit.</summary>
    /// <remarks>Whatever an answer comes late for the next request's time counts as that one's latency too.</remarks>
    /// <exception cref="BenchmarkException">An answer was wrong.</exception>
    public Load RunPaced(IReadOnlyList<WireRequest> requests, TimeSpan duration, double requestsPerSecond, CancellationToken cancellationToken)
    {
        var latencies = new List<long>();
        var connection = _connections[0];
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < duration.TotalSeconds * requestsPerSecond; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var due = start + (long)(i / requestsPerSecond * Stopwatch.Frequency);
            var late = Stopwatch.GetTimestamp() - due;
            if (late < 0)
            {
                // Waking up late is this program's doing, not the server's.
                Thread.Sleep(Stopwatch.GetElapsedTime(0, -late));
                late = 0;
            }

            connection.Send(requests[i % requests.Count]);
            long latency;
            while (!connection.TryReceive(out latency))
            {
            }

            latencies.Add(latency + late);
        }

        return Result(latencies, duration);
    }

    private static IEnumerable<WireRequest> InTurn(IReadOnlyList<WireRequest> requests)
    {
        for (var next = 0; ; next++)
        {
            yield return requests[next % requests.Count];
        }
    }

    private static Load Result(List<long> latencies, TimeSpan duration)
    {
        if (latencies.Count == 0)
        {
            throw new BenchmarkException($"No answer within {duration.TotalSeconds:0.0} seconds.");
        }

        latencies.Sort();
        return new Load(latencies.Count / duration.TotalSeconds, Percentile(0.50), Percentile(0.99), latencies.Count);

        double Percentile(double part) => latencies[(int)(part * (latencies.Count - 1))] * 1000.0 / Stopwatch.Frequency;
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }
    }

    /// <summary>One connection and the answer that is coming in on it.</summary>
    private sealed class Connection : Socket
    {
        private static readonly byte[] Version = "HTTP/1.1 "u8.ToArray();
        private static readonly byte[] EndOfHead = "\r\n\r\n"u8.ToArray();
        private static readonly byte[] Length = "\r\nContent-Length: "u8.ToArray();
        private static readonly byte[] Chunked = "\r\nTransfer-Encoding: chunked"u8.ToArray();

        private byte[] _buffer = new byte[64 * 1024];
        private int _received;
        private WireRequest _request = null!;
        private long _sent;

        public Connection(IPEndPoint address)
            : base(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true;
            Connect(address);
        }

        public void Send(WireRequest request)
        {
            _received = 0;
            _request = request;
            _sent = Stopwatch.GetTimestamp();
            base.Send(request.Bytes);
        }

        /// <summary>Takes in what has come; true once the answer is complete.</summary>
        public bool TryReceive(out long latency)
        {
            latency = 0;
            if (_received == _buffer.Length)
            {
                Array.Resize(ref _buffer, 2 * _buffer.Length);
            }

            var count = Receive(_buffer.AsSpan(_received));
            if (count == 0)
            {
                throw new BenchmarkException("The server closed the connection.");
            }

            _received += count;
            var answer = _buffer.AsSpan(0, _received);
            if (BodyLength(answer) is not { } length)
            {
                return false;
            }

            if (!answer.StartsWith(Version) || !Utf8Parser.TryParse(answer[Version.Length..], out int status, out _) || status != _request.Status || length != (_request.BodyLength ?? length))
            {
                throw new BenchmarkException(
                    $"Expected status {_request.Status} and a body of {_request.BodyLength?.ToString(CultureInfo.InvariantCulture) ?? "any"} bytes, got {length} bytes after:\n{Encoding.UTF8.GetString(answer[..Math.Min(answer.Length, 1000)])}");
            }

            latency = Stopwatch.GetTimestamp() - _sent;
            return true;
        }

        // Null until the last byte is there. Header names are compared as Kestrel writes them: there is no other server here.
        private static int? BodyLength(ReadOnlySpan<byte> answer)
        {
            var head = answer.IndexOf(EndOfHead);
            if (head < 0)
            {
                return null;
            }

            var body = answer[(head + EndOfHead.Length)..];
            head += 2;
            var length = answer[..head].IndexOf(Length);
            if (length >= 0)
            {
                return Utf8Parser.TryParse(answer[(length + Length.Length)..head], out int bytes, out _) && body.Length >= bytes ? bytes : null;
            }

            return answer[..head].IndexOf(Chunked) >= 0 ? ChunkedLength(body) : throw new BenchmarkException("The answer does not say how long it is.");
        }

        // RFC 9112 §7.1: size in hexadecimal, CRLF, data, CRLF, …, 0, CRLF, CRLF.
        private static int? ChunkedLength(ReadOnlySpan<byte> body)
        {
            var total = 0;
            while (Utf8Parser.TryParse(body, out int size, out var digits, 'x') && body.Length >= digits + 2 + size + 2)
            {
                if (size == 0)
                {
                    return total;
                }

                total += size;
                body = body[(digits + 2 + size + 2)..];
            }

            return null;
        }
    }
}
