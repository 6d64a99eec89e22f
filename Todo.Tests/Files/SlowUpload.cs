using System.Net;
using System.Net.Sockets;
using System.Text;
using Todo.Tests.Api;

namespace Todo.Tests.Files;

/// <summary>An upload that comes when the test says so, byte by byte of HTTP, and may break off.</summary>
internal sealed class SlowUpload : IDisposable
{
    private readonly TcpClient _socket = new();
    private NetworkStream _stream = null!;

    /// <summary>Sends the header fields.</summary>
    /// <param name="api">To whom.</param>
    /// <param name="client">Whose upload it is.</param>
    /// <param name="todo">Where to.</param>
    /// <param name="field">How long it says to be: <c>Content-Length</c>, or <c>Transfer-Encoding</c>.</param>
    public static async Task<SlowUpload> BeginAsync(ApiHost api, TenantClient client, Guid todo, string field)
    {
        var upload = new SlowUpload();
        await upload._socket.ConnectAsync(IPAddress.Loopback, api.Address.Port);
        upload._stream = upload._socket.GetStream();
        await upload.SendAsync(Encoding.ASCII.GetBytes(
            $"POST /todos/{todo}/files?name=slow HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\ntenant: {client.Slug}\r\nAuthorization: Bearer {client.Token}\r\n{field}\r\n\r\n"));
        return upload;
    }

    /// <summary>Sends some more.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> content) => _stream.WriteAsync(content);

    /// <summary>The answer, with its header fields.</summary>
    public async Task<string> AnswerAsync()
    {
        using var reader = new StreamReader(_stream, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
