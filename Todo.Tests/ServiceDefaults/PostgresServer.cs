using Todo.AppHost.Embedded;

namespace Todo.Tests.ServiceDefaults;

/// <summary>A PostgreSQL server of a test class's own.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private EmbeddedServer? _server;

    public string ConnectionString => _server?.ConnectionString ?? throw new InvalidOperationException("The server has not been started.");

    public async Task InitializeAsync() => _server = await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway);

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
