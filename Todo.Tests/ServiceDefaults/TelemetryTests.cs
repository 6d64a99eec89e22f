using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Todo.ServiceDefaults;
using Todo.Tests.Servers;

namespace Todo.Tests.ServiceDefaults;

/// <summary>Alone: who listens to activities is a fact about the whole process.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunAlone
{
    public const string Name = "Telemetry";
}

[Collection(RunAlone.Name)]
public sealed class TelemetryTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private static readonly string[] Sources = ["Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "Todo.Api", "Todo.Tenancy"];

    [Fact]
    public async Task Without_an_endpoint_nobody_listens_and_a_query_makes_no_activity()
    {
        Activity? inRequest = null;
        await using var service = await ServiceUnderTest.StartAsync(Configuration(), app => app.MapGet("/work", async (NpgsqlDataSource database) =>
        {
            inRequest = Activity.Current;
            await using var command = database.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync();
        }));

        await service.Http.GetStringAsync("/work");

        foreach (var name in Sources)
        {
            using var source = new ActivitySource(name);
            source.HasListeners().ShouldBeFalse(name);
            using var meter = new Meter(name);
            meter.CreateCounter<int>("n").Enabled.ShouldBeFalse(name);
        }

        // The one that the framework makes for the trace id in the logs is all there is; nothing is collected in it.
        inRequest?.Source.Name.ShouldBeEmpty();
        inRequest?.Recorded.ShouldBeFalse();
        service.App.Services.GetService<TracerProvider>().ShouldBeNull();
        service.App.Services.GetService<MeterProvider>().ShouldBeNull();
    }

    [Fact]
    public async Task With_an_endpoint_traces_metrics_and_logs_arrive_under_the_service_name()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await WorkAsync(receiver, "/work/7");

        foreach (var signal in new[] { "traces", "metrics", "logs" })
        {
            receiver.Received(signal).ShouldContain("todo-under-test", Case.Sensitive, signal);
            receiver.Received(signal).ShouldContain("replica-7", Case.Sensitive, signal);
        }

        receiver.Received("traces").ShouldContain("GET /work/{id}");
        receiver.Received("traces").ShouldContain("http.response.status_code");
        receiver.Received("traces").ShouldContain("SELECT");
        receiver.Received("traces").ShouldContain("our own span");
        receiver.Received("traces").ShouldContain("a source registered elsewhere");
        receiver.Received("metrics").ShouldContain("http.server.request.duration");
        receiver.Received("metrics").ShouldContain("db.client.operation.duration");
        receiver.Received("logs").ShouldContain("something worth a warning");
    }

    [Fact]
    public async Task A_database_span_holds_the_statement_but_no_value()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await WorkAsync(receiver, "/work/7");

        var password = new NpgsqlConnectionStringBuilder(postgres.ConnectionString).Password.ShouldNotBeNull();
        receiver.Received("traces").ShouldContain("SELECT $1::text");
        foreach (var signal in new[] { "traces", "metrics", "logs" })
        {
            receiver.Received(signal).ShouldNotContain("a-value-of-somebody", Case.Insensitive, signal);
            receiver.Received(signal).ShouldNotContain(password, Case.Sensitive, signal);
        }
    }

    [Fact]
    public async Task Health_requests_and_what_they_ask_the_database_are_not_traced()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await WorkAsync(receiver, "/health", "/alive", "/work/7");

        receiver.Received("traces").ShouldContain("/work/7");
        receiver.Received("traces").ShouldNotContain("/health");
        receiver.Received("traces").ShouldNotContain("/alive");
        receiver.Received("traces").ShouldNotContain("SELECT 1");
    }

    [Fact]
    public async Task A_worker_without_a_web_server_sends_its_spans_before_it_ends()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(Exporting(receiver));
        builder.AddServiceDefaults();
        using (var host = builder.Build())
        {
            await host.StartAsync();
            using var ours = new ActivitySource("Todo.Tenancy");
            ours.StartActivity("a migration").ShouldNotBeNull().Dispose();
            await host.StopAsync();
        }

        receiver.Received("traces").ShouldContain("a migration");
    }

    // The last of the paths is under /work, and what is made there has arrived when this ends: a busy machine may not send it all in the few seconds of a shutdown.
    private async Task WorkAsync(OtlpReceiver receiver, params string[] paths)
    {
        using var ours = new ActivitySource("Todo.Tenancy");
        using var elsewhere = new ActivitySource("Registered.Elsewhere");
        await using var service = await ServiceUnderTest.StartAsync(
            new(Exporting(receiver)) { ["OTEL_BSP_SCHEDULE_DELAY"] = "100", ["OTEL_BLRP_SCHEDULE_DELAY"] = "100", ["OTEL_METRIC_EXPORT_INTERVAL"] = "200" },
            app => app.MapGet("/work/{id}", async (NpgsqlDataSource database, ILogger<TelemetryTests> logger) =>
            {
                using var span = ours.StartActivity("our own span");
                using var other = elsewhere.StartActivity("a source registered elsewhere");
                await using var command = database.CreateCommand("SELECT $1::text");
                command.Parameters.AddWithValue("a-value-of-somebody");
                await command.ExecuteScalarAsync();
#pragma warning disable CA1848, CA2254 // One line in one test.
                logger.LogWarning("something worth a warning");
#pragma warning restore CA1848, CA2254
            }),
            builder => builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddSource("Registered.Elsewhere")));

        foreach (var path in paths)
        {
            using var answer = await service.Http.GetAsync(path);
            answer.EnsureSuccessStatusCode();
        }

        await Eventually.TrueAsync(() => Task.FromResult(
            receiver.Received("traces").Contains("GET /work/{id}", StringComparison.Ordinal)
            && receiver.Received("metrics").Contains("http.server.request.duration", StringComparison.Ordinal)
            && receiver.Received("metrics").Contains("db.client.operation.duration", StringComparison.Ordinal)
            && receiver.Received("logs").Contains("something worth a warning", StringComparison.Ordinal)));
    }

    private Dictionary<string, string?> Exporting(OtlpReceiver receiver) => new(Configuration())
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Endpoint,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_SERVICE_NAME"] = "todo-under-test",
        ["OTEL_RESOURCE_ATTRIBUTES"] = "service.instance.id=replica-7",
    };

    private Dictionary<string, string?> Configuration() => new()
    {
        ["ConnectionStrings:tododb"] = postgres.ConnectionString,
        ["ConnectionStrings:cache"] = $"127.0.0.1:{ClosedPort.Find()}",
    };
}
