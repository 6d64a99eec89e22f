using System.Net;
using System.Net.Sockets;
using System.Text;
using MimeKit;

namespace Todo.Tests.Mail;

/// <summary>A mail server of the test's own: real connections, and as much of RFC 5321 as a client needs.</summary>
internal sealed class SmtpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<MimeMessage> _received = [];
    private readonly Task _accepting;

    public SmtpServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The answer to a recipient; null: taken.</summary>
    public Func<string, string?> Recipient { get; set; } = _ => null;

    /// <summary>Whether the connection breaks after a mail was taken, before the client hears of it.</summary>
    public Func<MimeMessage, bool> IsCutAfter { get; set; } = _ => false;

    /// <summary>What was taken so far for an address.</summary>
    public IReadOnlyList<MimeMessage> For(string address)
    {
        lock (_received)
        {
            return [.. _received.Where(mail => mail.To.Mailboxes.Any(to => to.Address == address))];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
                await using var writer = new StreamWriter(client.GetStream(), Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };
                await writer.WriteLineAsync("220 test");
                while (await reader.ReadLineAsync(_stopping.Token) is { } line)
                {
                    if (line.StartsWith("DATA", StringComparison.OrdinalIgnoreCase))
                    {
                        await writer.WriteLineAsync("354 go on");
                        var mail = await ReadAsync(reader);
                        lock (_received)
                        {
                            _received.Add(mail);
                        }

                        if (IsCutAfter(mail))
                        {
                            return;
                        }

                        await writer.WriteLineAsync("250 taken");
                        continue;
                    }

                    await writer.WriteLineAsync(line switch
                    {
                        _ when line.StartsWith("EHLO", StringComparison.OrdinalIgnoreCase) => "250 test",
                        _ when line.StartsWith("RCPT", StringComparison.OrdinalIgnoreCase) => Recipient(line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)]) ?? "250 yes",
                        _ when line.StartsWith("QUIT", StringComparison.OrdinalIgnoreCase) => "221 goodbye",
                        _ => "250 yes",
                    });
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
        }
    }

    private async Task<MimeMessage> ReadAsync(StreamReader reader)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync(_stopping.Token) is { } line and not ".")
        {
            text.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        }

        return await MimeMessage.LoadAsync(new MemoryStream(Encoding.Latin1.GetBytes(text.ToString())), _stopping.Token);
    }
}
