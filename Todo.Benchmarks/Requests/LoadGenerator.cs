using System.Buffers.Text;
using System.Collections;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Todo.Benchmarks.Requests;

/// <summary>A request as it goes over the wire, and how long its answer's body has to be.</summary>
internal sealed record WireRequest(byte[] Bytes, int BodyLength)
{
    /// <summary>A GET by somebody who is signed in.</summary>
    public static WireRequest Get(string path, string tenant, string token, int bodyLength) => new(
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\ntenant: {tenant}\r\nAuthorization: Bearer {token}\r\n\r\n"), bodyLength);
}

/// <summary>What one measurement came to.</summary>
/// <param name="RequestsPerSecond">Answers that came in time, each with status 200 and a body of the right length.</param>
/// <param name="P50">Median latency in milliseconds.</param>
/// <param name="P99">99th percentile of the latency in milliseconds.</param>
internal sealed record Load(double RequestsPerSecond, double P50, double P99);

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
    public Load Run(IReadOnlyList<WireRequest> requests, TimeSpan duration, CancellationToken cancellationToken)
    {
        var latencies = new List<long>(1 << 16);
        var waiting = new List<Connection>(_connections.Length);
        var answered = new ArrayList(_connections.Length);
        var next = 0;
        var start = Stopwatch.GetTimestamp();
        foreach (var connection in _connections)
        {
            connection.Send(requests[next++ % requests.Count]);
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

            var isOver = Stopwatch.GetElapsedTime(start) >= duration;
            foreach (Connection connection in answered)
            {
                if (!connection.TryReceive(out var latency))
                {
                    continue;
                }

                if (isOver)
                {
                    waiting.Remove(connection);
                }
                else
                {
                    latencies.Add(latency);
                    connection.Send(requests[next++ % requests.Count]);
                }
            }
        }

        return Result(latencies, duration);
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

    private static Load Result(List<long> latencies, TimeSpan duration)
    {
        latencies.Sort();
        return new Load(latencies.Count / duration.TotalSeconds, Percentile(0.50), Percentile(0.99));

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
        private static readonly byte[] Ok = "HTTP/1.1 200 "u8.ToArray();
        private static readonly byte[] EndOfHead = "\r\n\r\n"u8.ToArray();
        private static readonly byte[] Length = "\r\nContent-Length: "u8.ToArray();
        private static readonly byte[] Chunked = "\r\nTransfer-Encoding: chunked"u8.ToArray();

        private byte[] _buffer = new byte[64 * 1024];
        private int _received;
        private int _expected;
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
            _expected = request.BodyLength;
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

            if (!answer.StartsWith(Ok) || length != _expected)
            {
                throw new BenchmarkException($"Expected status 200 and a body of {_expected} bytes, got {length} bytes after:\n{Encoding.UTF8.GetString(answer[..Math.Min(answer.Length, 1000)])}");
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
