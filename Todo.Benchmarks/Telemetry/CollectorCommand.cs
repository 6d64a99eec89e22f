using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Todo.Benchmarks.Telemetry;

/// <summary>Takes OTLP over HTTP and forgets it: what is measured is the sender. It runs on the same processor, though.</summary>
internal static class CollectorCommand
{
    public const string Verb = "collector";

    /// <summary>How many bytes of spans came in so far.</summary>
    public const string ReceivedPath = "/received";

    public static Command Create()
    {
        var command = new Command(Verb, "The receiver that 'telemetry' has the API send to.") { Hidden = true };
        command.SetAction((_, cancellationToken) => RunAsync(cancellationToken));
        return command;
    }

    private static async Task RunAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        await using var app = builder.Build();
        var received = 0L;
        app.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
        {
            var reader = request.BodyReader;
            while (true)
            {
                var read = await reader.ReadAsync(cancellationToken);
                if (signal == "traces")
                {
                    Interlocked.Add(ref received, read.Buffer.Length);
                }

                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        });
        app.MapGet(ReceivedPath, () => Volatile.Read(ref received).ToString(System.Globalization.CultureInfo.InvariantCulture));
        await app.RunAsync(cancellationToken);
    }
}
