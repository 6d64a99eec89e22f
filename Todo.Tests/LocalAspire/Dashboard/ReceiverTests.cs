using System.IO.Compression;
using System.Net;
using Google.Protobuf;

namespace Todo.Tests.LocalAspire.Dashboard;

public sealed class ReceiverTests : IAsyncLifetime
{
    private static readonly byte[] Good = OtlpMessage.Request("shop", OtlpMessage.Span(1, 1, "GET /", attributes: [OtlpMessage.Attribute("tenant.id", "t1")]));

    // Who goes on sending after the answer may find the connection closed before having read it.
    private const HttpStatusCode CutOff = 0;

    private RunningDashboard _dashboard = null!;

    public async Task InitializeAsync() => _dashboard = await RunningDashboard.StartAsync();

    public async Task DisposeAsync() => await _dashboard.DisposeAsync();

    [Fact]
    public async Task A_trace_comes_in_and_can_be_read_with_its_logs()
    {
        using var spans = await _dashboard.SendAsync("traces", RunningDashboard.Protobuf(Good));
        var record = OtlpMessage.Of((1, 1_500_000_000UL), (2, 13L), (5, OtlpMessage.Of((1, "no flour left"))), (6, OtlpMessage.Attribute("Shelf", "7")), (9, OtlpMessage.Bytes((UInt128)1)), (10, OtlpMessage.Bytes(1UL)));
        using var logs = await _dashboard.SendAsync("logs", RunningDashboard.Protobuf(Gzip(OtlpMessage.Request("shop", record)), "gzip"));

        (spans.StatusCode, logs.StatusCode).ShouldBe((HttpStatusCode.OK, HttpStatusCode.OK));
        var summary = (await _dashboard.ReadAsync("/api/traces?tenant=t1&resource=shop&minMs=1000")).GetProperty("traces").EnumerateArray().Single();
        summary.GetProperty("name").GetString().ShouldBe("GET /");
        summary.GetProperty("duration").GetDouble().ShouldBe(1000);
        (await _dashboard.ReadAsync("/api/traces?minMs=1001")).GetProperty("traces").GetArrayLength().ShouldBe(0);
        var trace = await _dashboard.ReadAsync($"/api/traces/{summary.GetProperty("traceId").GetString()}");
        trace.GetProperty("spans")[0].GetProperty("attributes").GetProperty("tenant.id").GetString().ShouldBe("t1");
        var log = trace.GetProperty("logs").EnumerateArray().Single();
        (log.GetProperty("message").GetString(), log.GetProperty("level").GetString()).ShouldBe(("no flour left", "Warning"));
        (await _dashboard.ReadAsync("/api/logs?attribute=Shelf=7&level=Warning")).GetProperty("entries").GetArrayLength().ShouldBe(1);
        (await _dashboard.ReadAsync("/api/logs?attribute=Shelf=8")).GetProperty("entries").GetArrayLength().ShouldBe(0);
        (await _dashboard.ReadAsync("/api/logs?level=Error")).GetProperty("entries").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Whoever_does_not_know_the_key_sends_nothing()
    {
        using var stranger = new HttpClient { BaseAddress = _dashboard.Sender.BaseAddress };
        using var without = await stranger.PostAsync("/v1/traces", RunningDashboard.Protobuf(Good));
        stranger.DefaultRequestHeaders.Add("x-otlp-api-key", _dashboard.Server.Token);
        using var wrong = await stranger.PostAsync("/v1/traces", RunningDashboard.Protobuf(Good));

        (without.StatusCode, wrong.StatusCode).ShouldBe((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized));
        await NothingIsKeptAsync();
    }

    [Theory]
    [InlineData("application/json", null, HttpStatusCode.UnsupportedMediaType)]
    [InlineData("", null, HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/x-protobuf", "br", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/x-protobuf", "gzip", HttpStatusCode.BadRequest)]
    public async Task What_is_of_another_type_is_refused(string type, string? encoding, HttpStatusCode status)
    {
        using var content = RunningDashboard.Protobuf(Good, encoding);
        content.Headers.ContentType = type.Length == 0 ? null : new(type);
        using var response = await _dashboard.SendAsync("traces", content);

        response.StatusCode.ShouldBe(status);
        await NothingIsKeptAsync();
    }

    [Fact]
    public async Task Bodies_without_measure_are_refused_and_the_next_good_one_is_taken()
    {
        (await PostAsync(new ByteArrayContent(new byte[9 << 20]))).ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await PostAsync(new Unannounced(100 << 20))).ShouldBeOneOf(HttpStatusCode.RequestEntityTooLarge, CutOff);

        // A hundred megabytes of zeros in a hundred kilobytes.
        (await PostAsync(new ByteArrayContent(Gzip(new byte[100 << 20])), "gzip")).ShouldBe(HttpStatusCode.RequestEntityTooLarge);

        // Two bytes each, far more objects than bytes.
        (await PostAsync(new ByteArrayContent(OtlpMessage.Request("shop", Enumerable.Repeat(Array.Empty<byte>(), 60_000))))).ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        await NothingIsKeptAsync();

        (await PostAsync(new ByteArrayContent(Good))).ShouldBe(HttpStatusCode.OK);
        (await _dashboard.ReadAsync("/api/telemetry")).GetProperty("spans").GetProperty("count").GetInt32().ShouldBe(1);

        async Task<HttpStatusCode> PostAsync(HttpContent content, string? encoding = null)
        {
            content.Headers.ContentType = new("application/x-protobuf");
            if (encoding is not null)
            {
                content.Headers.ContentEncoding.Add(encoding);
            }

            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/traces") { Content = content };
            request.Headers.ExpectContinue = true;
            try
            {
                using var response = await _dashboard.Sender.SendAsync(request, _dashboard.Sample.Patience);
                return response.StatusCode;
            }
            catch (HttpRequestException)
            {
                return CutOff;
            }
        }
    }

    [Fact]
    public async Task A_message_cut_short_or_damaged_anywhere_does_no_harm()
    {
        var statuses = new List<HttpStatusCode>();
        for (var at = 0; at < Good.Length; at++)
        {
            byte[] damaged = [.. Good[..at], (byte)~Good[at], .. Good[(at + 1)..]];
            foreach (var signal in (string[])["traces", "logs", "metrics"])
            {
                statuses.Add(await StatusAsync(signal, damaged));
                statuses.Add(await StatusAsync(signal, Good[..at]));
            }
        }

        statuses.ShouldAllBe(status => status == HttpStatusCode.OK || status == HttpStatusCode.BadRequest);
        statuses.ShouldContain(HttpStatusCode.BadRequest);

        async Task<HttpStatusCode> StatusAsync(string signal, byte[] body)
        {
            using var response = await _dashboard.SendAsync(signal, RunningDashboard.Protobuf(body));
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task A_value_nested_without_end_is_refused()
    {
        var value = OtlpMessage.Of((1, "deep"));
        for (var i = 0; i < 5_000; i++)
        {
            value = OtlpMessage.Of((5, OtlpMessage.Of((1, value))));
        }

        var span = OtlpMessage.Span(1, 1, "deep", attributes: [OtlpMessage.Of((1, "deep"), (2, value))]);
        using var response = await _dashboard.SendAsync("traces", RunningDashboard.Protobuf(OtlpMessage.Request("shop", span)));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        await NothingIsKeptAsync();
    }

    [Fact]
    public async Task A_span_without_an_id_is_left_out_and_the_sender_is_told()
    {
        var request = OtlpMessage.Request("shop", OtlpMessage.Span(1, 1, "good"), OtlpMessage.Of((5, "no ids")), OtlpMessage.Of((1, "short"), (2, "short")));
        using var response = await _dashboard.SendAsync("traces", RunningDashboard.Protobuf(request));

        var answer = new CodedInputStream(await response.Content.ReadAsByteArrayAsync());
        answer.ReadTag().ShouldBe(WireFormat.MakeTag(1, WireFormat.WireType.LengthDelimited));
        answer.ReadLength();
        answer.ReadTag().ShouldBe(WireFormat.MakeTag(1, WireFormat.WireType.Varint));
        answer.ReadInt64().ShouldBe(2);
        (await _dashboard.ReadAsync("/api/telemetry")).GetProperty("spans").GetProperty("count").GetInt32().ShouldBe(1);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    private async Task NothingIsKeptAsync()
    {
        var state = await _dashboard.ReadAsync("/api/telemetry");
        state.GetProperty("spans").GetProperty("received").GetInt32().ShouldBe(0);
        state.GetProperty("logs").GetProperty("received").GetInt32().ShouldBe(0);
    }

    /// <summary>A body whose length nobody is told.</summary>
    private sealed class Unannounced(int length) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var block = new byte[64 << 10];
            for (var sent = 0; sent < length; sent += block.Length)
            {
                await stream.WriteAsync(block);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
