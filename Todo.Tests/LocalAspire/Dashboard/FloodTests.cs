using System.Net;
using LocalAspire.Dashboard.Telemetry;

namespace Todo.Tests.LocalAspire.Dashboard;

public sealed class FloodTests
{
    private const int MaxSpans = 60_000;

    [Fact]
    public async Task A_flood_of_spans_leaves_the_newest_within_the_limits()
    {
        await using var dashboard = await RunningDashboard.StartAsync();
        const int Requests = 300;
        const int SpansOfRequest = 512;
        var text = new string('x', 500);

        // Several senders at once, as many as are received at once; each trace has the spans of one request.
        await Parallel.ForAsync(1, Requests + 1, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) =>
        {
            var spans = Enumerable.Range(1, SpansOfRequest).Select(n => OtlpMessage.Span((UInt128)i, (ulong)n, "flood", attributes: OtlpMessage.Attribute("text", text)));
            using var response = await dashboard.SendAsync("traces", RunningDashboard.Protobuf(OtlpMessage.Request("flood", spans)));
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        });
        using var last = await dashboard.SendAsync("traces", RunningDashboard.Protobuf(OtlpMessage.Request("calm", OtlpMessage.Span(UInt128.MaxValue, 1, "after the flood"))));

        var state = dashboard.Server.Telemetry.Traces.State;
        state.Received.ShouldBe((Requests * SpansOfRequest) + 1);
        state.Count.ShouldBeLessThanOrEqualTo(MaxSpans);
        state.Bytes.ShouldBeLessThanOrEqualTo(64 << 20);
        state.Dropped.ShouldBe(state.Received - state.Count);
        var newest = (await dashboard.ReadAsync("/api/traces?limit=1")).GetProperty("traces")[0];
        newest.GetProperty("name").GetString().ShouldBe("after the flood");
    }

    [Fact]
    public void A_trace_is_dropped_whole_and_the_longest_unchanged_goes_first()
    {
        var traces = new TraceBuffer(maxSpans: 4, maxSpansOfTrace: 10, maxBytes: long.MaxValue);
        traces.Add([Span(1, 1), Span(1, 2), Span(2, 1), Span(2, 2)]);
        traces.Add([Span(1, 3)]);

        traces.Find(2).ShouldBeNull();
        traces.Find(1)!.Value.Spans.Length.ShouldBe(3);
    }

    [Fact]
    public void A_trace_that_is_too_long_by_itself_loses_its_oldest_spans()
    {
        var traces = new TraceBuffer(maxSpans: 10, maxSpansOfTrace: 3, maxBytes: long.MaxValue);
        traces.Add([.. Enumerable.Range(1, 5).Select(n => Span(1, (ulong)n))]);

        var (spans, dropped) = traces.Find(1)!.Value;
        spans.Select(span => span.SpanId).ShouldBe([3UL, 4UL, 5UL]);
        dropped.ShouldBe(2);
        traces.State.ShouldSatisfyAllConditions(state => state.Count.ShouldBe(3), state => state.Dropped.ShouldBe(2));
    }

    [Fact]
    public void Memory_is_bounded_even_by_items_of_great_size()
    {
        var big = new string('x', 100_000);
        var traces = new TraceBuffer(maxSpans: 1000, maxSpansOfTrace: 1000, maxBytes: 1_000_000);
        var logs = new LogBuffer(maxCount: 1000, maxBytes: 1_000_000);
        for (var i = 1; i <= 100; i++)
        {
            traces.Add([new Span { TraceId = (UInt128)i, SpanId = 1, StatusMessage = big }]);
            logs.Add([new LogEntry { Message = big }]);
        }

        traces.State.Bytes.ShouldBeLessThanOrEqualTo(1_000_000);
        traces.Find(100).ShouldNotBeNull();
        logs.State.Bytes.ShouldBeLessThanOrEqualTo(1_000_000);
        logs.ToArray()[^1].Number.ShouldBe(100);
    }

    [Fact]
    public void Series_without_end_make_room_for_each_other()
    {
        var metrics = new MetricBuffer(maxSeries: 50, maxBytes: 200_000);
        for (var i = 0; i < 5_000; i++)
        {
            metrics.Add([new MetricPoint { Name = "n" + (i % 7), Attributes = [new("id", i.ToString(System.Globalization.CultureInfo.InvariantCulture))], Time = i * 1_000_000_000L }]);
        }

        metrics.State.Count.ShouldBeLessThanOrEqualTo(50);
        metrics.State.Bytes.ShouldBeLessThanOrEqualTo(200_000);
        metrics.Read(all => all.SelectMany(one => one.Series.Values).Any(node => node.Value.Attributes[0].Value == "4999")).ShouldBeTrue();
    }

    private static Span Span(UInt128 trace, ulong id) => new() { TraceId = trace, SpanId = id, Name = "work", Start = 1, End = 2 };
}
