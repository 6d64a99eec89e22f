using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Todo.Tests.Servers;

namespace Todo.Tests.Faults;

/// <summary>One client's connection and the proxy's own to the server, with what goes between them.</summary>
internal sealed class ProxyConnection : IDisposable
{
    private const int SslRequest = 80877103;
    private const int GssEncryptionRequest = 80877104;

    private static readonly byte[] FlushMessage = [(byte)'H', 0, 0, 0, 4];

    private readonly PostgresProxy _proxy;
    private readonly NetworkStream _client;
    private readonly NetworkStream _server;
    private readonly ExpectedAnswers _answers = new();
    private readonly Dictionary<string, string> _prepared = [];
    private readonly Dictionary<string, string> _portals = [];
    private readonly TaskCompletionSource _serverGone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _sending = new(1);

    private int _number;
    private int _backendProcessId;
    private string? _executing;
    private bool _clientGone;
    private MemoryStream? _withheld;
    private Task<bool> _striking = Task.FromResult(true);
    private (ArmedFault Fault, ProxiedStatement Statement)? _afterCopy;

    public ProxyConnection(PostgresProxy proxy, Socket client, Socket server)
    {
        client.NoDelay = true;
        server.NoDelay = true;
        _proxy = proxy;
        _client = new NetworkStream(client, ownsSocket: true);
        _server = new NetworkStream(server, ownsSocket: true);
    }

    private enum Form
    {
        Query,
        Execute,
        ExecuteAndSync,
    }

    /// <summary>Forwards until both sides have ended.</summary>
    public async Task RunAsync()
    {
        var toServer = ToServerAsync();
        try
        {
            await ToClientAsync();

            // A fault that strikes just now may have an answer to give yet.
            await _striking;
        }
        finally
        {
            _client.Dispose();
            await toServer;
            Dispose();
        }
    }

    /// <summary>Breaks both sides at once.</summary>
    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    /// <summary>Ends the server's side, waits until the server has noticed, and then resets the client's.</summary>
    public async Task CutAsync()
    {
        EndServerSide();
        await _serverGone.Task.WaitAsync(Eventually.Patience);
        ResetClient();
    }

    /// <summary>Has the server end its process, forgets what is withheld, and waits until that process is gone.</summary>
    public async Task TerminateBackendAsync()
    {
        await WithholdAsync(false);
        await _proxy.TerminateBackendAsync(_backendProcessId);
        await _serverGone.Task.WaitAsync(Eventually.Patience);
    }

    private static bool IsLost(Exception error) => error is IOException or SocketException or ObjectDisposedException;

    private static string Text(ref ReadOnlySpan<byte> body)
    {
        var length = body.IndexOf((byte)0);
        var text = Encoding.UTF8.GetString(body[..length]);
        body = body[(length + 1)..];
        return text;
    }

    private async Task ToClientAsync()
    {
        var messages = new MessageBuffer(_server);
        try
        {
            while (await messages.ReceiveAsync())
            {
                _answers.BeginPart();
                while (messages.TryPeek(out var type))
                {
                    Hear(type, messages.Next());
                }

                messages.Release();
                await TellAsync(messages.Released);
                messages.Forget();
                _answers.EndPart();
            }
        }
        catch (Exception error) when (IsLost(error))
        {
            // The other side has gone: that is an end like any other.
        }
        finally
        {
            _answers.Close();
            _serverGone.TrySetResult();
        }
    }

    private void Hear(char type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case 'C' or 'I' or 's':
                _answers.Completed();
                break;
            case 'E':
                _answers.Failed();
                break;
            case 'Z':
                _answers.Ready();
                break;
            case 'G':
                _answers.CopyInStarted();
                break;
            case 'K':
                _backendProcessId = BinaryPrimitives.ReadInt32BigEndian(body);
                break;
        }
    }

    private async Task TellAsync(ReadOnlyMemory<byte> messages)
    {
        await _sending.WaitAsync();
        try
        {
            if (_withheld is not null)
            {
                await _withheld.WriteAsync(messages);
            }
            else if (!_clientGone)
            {
                await _client.WriteAsync(messages);
            }
        }
        catch (Exception error) when (IsLost(error))
        {
            // The server is heard to its end all the same, or it would wait for a reader for ever.
            _clientGone = true;
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ToServerAsync()
    {
        var messages = new MessageBuffer(_client);
        try
        {
            await StartUpAsync(messages);
            do
            {
                if (!await ReadAsync(messages))
                {
                    return;
                }

                await ForwardAsync(messages);
            }
            while (await messages.ReceiveAsync());
        }
        catch (Exception error) when (IsLost(error))
        {
            // As above.
        }
        finally
        {
            // The server reads what it was sent, finds the end and goes.
            EndServerSide();
            _afterCopy?.Fault.Fail(new InvalidOperationException($"The connection ended before the data of {_afterCopy?.Statement} had come."));
        }
    }

    private async Task StartUpAsync(MessageBuffer messages)
    {
        while (true)
        {
            int code;
            while (!TryReadStartUp(messages, out code))
            {
                if (!await messages.ReceiveAsync())
                {
                    return;
                }
            }

            messages.Release();
            if (code is not (SslRequest or GssEncryptionRequest))
            {
                // A startup message, or a request to cancel: nothing follows that.
                return;
            }

            // The proxy could not read what is encrypted, so it says what a server without encryption says.
            messages.Forget();
            await _client.WriteAsync("N"u8.ToArray());
        }
    }

    private bool TryReadStartUp(MessageBuffer messages, out int code)
    {
        if (!messages.TryNextUntyped(out var body))
        {
            code = 0;
            return false;
        }

        code = BinaryPrimitives.ReadInt32BigEndian(body);
        if (code >> 16 == 3)
        {
            _number = _proxy.NextConnection();
        }

        return true;
    }

    // A statement of the extended protocol is the messages from after the one before it up to its Execute. None of them goes on before it is
    // known whether a fault is to strike, so the message after the Execute is awaited too: a client that sends none cannot expect an
    // answer yet. If it is a Sync, that is part of the statement, since without an explicit transaction it is the Sync that commits.
    private async Task<bool> ReadAsync(MessageBuffer messages)
    {
        while (messages.TryPeek(out var type))
        {
            if (type != 'S' && _executing is not null && !await StatementAsync(messages, Form.Execute))
            {
                return false;
            }

            var body = messages.Next();
            switch (type)
            {
                case 'P':
                    _prepared[Text(ref body)] = Text(ref body);
                    break;
                case 'B':
                    _portals[Text(ref body)] = _prepared.GetValueOrDefault(Text(ref body), "");
                    break;
                case 'D' or 'C':
                    break;
                case 'E':
                    _executing = _portals.GetValueOrDefault(Text(ref body), "");
                    break;
                case 'S' when _executing is not null:
                    if (!await StatementAsync(messages, Form.ExecuteAndSync))
                    {
                        return false;
                    }

                    break;
                case 'S' or 'F':
                    _answers.ExpectReady();
                    messages.Release();
                    break;
                case 'Q':
                    _executing = Text(ref body);
                    if (!await StatementAsync(messages, Form.Query))
                    {
                        return false;
                    }

                    break;
                case 'c' or 'f':
                    if (!await EndCopyAsync(messages))
                    {
                        return false;
                    }

                    break;
                default:
                    messages.Release();
                    break;
            }
        }

        return true;
    }

    // False: the connection has ended.
    private async Task<bool> StatementAsync(MessageBuffer messages, Form form)
    {
        var statement = _proxy.Record(_number, _backendProcessId, _executing!, out var fault);
        _executing = null;
        if (fault is null)
        {
            Expect(statement, form);
            messages.Release();
            return true;
        }

        _striking = ApproachAsync(fault, statement, messages, form);
        return await _striking;
    }

    // A batch is pipelined: the client sends all of its statements, then one Sync, and only that makes the server send its answers. So at the
    // moment the n-th statement comes by here, the server may have executed none of those before it, and if the connection were cut now it
    // would execute all that is in its socket, or some, or find the end of the stream first. Therefore the statements before it are sent on
    // with a Flush of the proxy's own, which makes the server answer without ending anything that a Sync would end (an implicit transaction,
    // the passing over after an error); when the last answer is in, the server has executed exactly those and waits. "After" is the same once
    // more with the n-th statement alone: its answers stay here, and the (n + 1)-th does not leave. The client, which has sent everything
    // and waits for its first answer, cannot tell the difference.
    private async Task<bool> ApproachAsync(ArmedFault fault, ProxiedStatement statement, MessageBuffer messages, Form form)
    {
        try
        {
            await ForwardAsync(messages);
            await SettleAsync();
            if (_answers.IsClosed)
            {
                throw new InvalidOperationException($"The connection ended before the fault could strike at {statement}.");
            }

            if (fault.Point.Side == FaultSide.Before)
            {
                await fault.StrikeAsync(this, statement);
                if (_answers.IsClosed)
                {
                    return false;
                }

                Expect(statement, form);
                messages.Release();
                return true;
            }

            await WithholdAsync(true);
            Expect(statement, form);
            messages.Release();
            await ForwardAsync(messages);
            await SettleAsync();
            if (_answers.IsCopyIn)
            {
                // The data are still to come; the client sends them when it hears that the server is ready for them.
                _afterCopy = (fault, statement);
                await TellWithheldAsync();
                return true;
            }

            return await StrikeAfterAsync(fault, statement);
        }
        catch (Exception error)
        {
            return Abandon(fault, error);
        }
    }

    private async Task<bool> EndCopyAsync(MessageBuffer messages)
    {
        _answers.CopyInEnded();
        if (_afterCopy is not var (fault, statement))
        {
            messages.Release();
            return true;
        }

        _afterCopy = null;
        _striking = FinishAsync();
        return await _striking;

        async Task<bool> FinishAsync()
        {
            try
            {
                await WithholdAsync(true);
                messages.Release();
                await ForwardAsync(messages);
                await SettleAsync();
                return await StrikeAfterAsync(fault, statement);
            }
            catch (Exception error)
            {
                return Abandon(fault, error);
            }
        }
    }

    private async Task<bool> StrikeAfterAsync(ArmedFault fault, ProxiedStatement statement)
    {
        if (statement.Answer == StatementAnswer.None)
        {
            throw new InvalidOperationException($"The connection ended without an answer to {statement}.");
        }

        await fault.StrikeAsync(this, statement);
        await TellWithheldAsync();
        return !_answers.IsClosed;
    }

    private bool Abandon(ArmedFault fault, Exception error)
    {
        fault.Fail(error);
        ResetClient();
        return false;
    }

    private void Expect(ProxiedStatement statement, Form form)
    {
        if (form == Form.Query)
        {
            _answers.ExpectQuery(statement);
            return;
        }

        _answers.ExpectExecute(statement);
        if (form == Form.ExecuteAndSync)
        {
            _answers.ExpectReady();
        }
    }

    private async Task ForwardAsync(MessageBuffer messages)
    {
        if (!messages.Released.IsEmpty)
        {
            await _server.WriteAsync(messages.Released);
            messages.Forget();
        }
    }

    private async Task SettleAsync()
    {
        await _server.WriteAsync(FlushMessage);
        await _answers.SettledAsync().WaitAsync(Eventually.Patience);
    }

    // Whatever was withheld before is dropped.
    private async Task WithholdAsync(bool withhold)
    {
        await _sending.WaitAsync();
        _withheld = withhold ? new MemoryStream() : null;
        _sending.Release();
    }

    private async Task TellWithheldAsync()
    {
        await _sending.WaitAsync();
        var withheld = _withheld;
        _withheld = null;
        try
        {
            if (withheld is not null)
            {
                await _client.WriteAsync(withheld.GetBuffer().AsMemory(0, (int)withheld.Length));
            }
        }
        catch (Exception error) when (IsLost(error))
        {
            // Killed, or cut off: it is not to hear anything.
            _clientGone = true;
        }
        finally
        {
            _sending.Release();
        }
    }

    private void EndServerSide()
    {
        try
        {
            _server.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (IsLost(error))
        {
            // It was the server that ended it.
        }
    }

    // The socket itself: the stream would say goodbye first.
    private void ResetClient() => _client.Socket.Close(0);
}
