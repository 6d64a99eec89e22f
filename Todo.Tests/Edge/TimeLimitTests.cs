using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http.Timeouts;
using Npgsql;
using Todo.Tests.Api;
using Todo.Tests.Servers;

namespace Todo.Tests.Edge;

/// <summary>Where a request has a second.</summary>
public sealed class HastyHost : ApiHost
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => ["--Requests:Timeout=00:00:01"];
}

public sealed class TimeLimitTests(HastyHost api) : IClassFixture<HastyHost>
{
    [Fact]
    public async Task A_request_that_takes_too_long_is_given_up_and_told_so()
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        await using var blocker = await api.DataSource.OpenConnectionAsync();
        await using var transaction = await blocker.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand($"LOCK TABLE {schema}.todos IN ACCESS EXCLUSIVE MODE", blocker, transaction))
        {
            await hold.ExecuteNonQueryAsync();
        }

        using var response = await owner.GetAsync("/todos");
        await response.ShouldBeProblemAsync(HttpStatusCode.ServiceUnavailable);
        await transaction.RollbackAsync();
        await Eventually.TrueAsync(async () => (await owner.GetAsync("/todos")).StatusCode == HttpStatusCode.OK);
    }

    [Fact]
    public void Only_what_operators_ask_for_and_the_stream_of_events_have_no_limit() => ApiCall.AllOf(api.App)
        .Where(call => call.Endpoint.Metadata.GetMetadata<DisableRequestTimeoutAttribute>() is not null).ShouldAllBe(call => call.IsOperators || call.ToString() == "GET /events");
}

public sealed class HeaderLimitTests(ApiHost api) : IClassFixture<ApiHost>
{
    [Theory]
    [InlineData(20_000, "431")]
    [InlineData(2_000, "401")]
    public async Task Headers_may_have_16_KiB(int bytes, string status)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, api.Address.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /todos HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Long: {new string('x', bytes)}\r\n\r\n"));
        using var reader = new StreamReader(stream, Encoding.ASCII);
        (await reader.ReadLineAsync()).ShouldNotBeNull().ShouldContain(status);
    }
}
