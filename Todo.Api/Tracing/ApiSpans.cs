using System.Diagnostics;

namespace Todo.Api.Tracing;

/// <summary>The spans that the API makes itself, where neither the framework nor Npgsql does. Without a listener none is made, and nothing is allocated.</summary>
internal static class ApiSpans
{
    /// <summary>The source of all of them.</summary>
    public static readonly ActivitySource Source = new("Todo.Api");

    /// <summary>A command to Redis, after OpenTelemetry's conventions for database spans. Keys are not in it: some hold the hash of a token.</summary>
    public static Activity? StartRedis(string command)
    {
        var span = Source.StartActivity(command, ActivityKind.Client);
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("db.system.name", "redis");
            span.SetTag("db.operation.name", command);
        }

        return span;
    }

    /// <summary>The time that somebody waits for a turn, by the policy that makes them wait.</summary>
    public static Activity? StartWait(string policy) => Source.StartActivity("limit wait")?.SetTag("todo.limit.policy", policy);

    /// <summary>It failed, with the type alone: a message may repeat a value.</summary>
    public static void Fail(this Activity? span, Exception exception) =>
        span?.SetTag("error.type", exception.GetType().FullName).SetStatus(ActivityStatusCode.Error);
}
