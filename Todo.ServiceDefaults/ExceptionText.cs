using System.Data.Common;
using System.Diagnostics;

namespace Todo.ServiceDefaults;

/// <summary>
/// Decides what a span tells of an exception (OpenTelemetry's conventions for exceptions): its type, where it was thrown, and in the place of the message the SQLSTATE
/// if it has one. A message may repeat a value or name a tenant's schema.
/// </summary>
internal static class ExceptionText
{
    /// <summary>Speaks for the sources that record exceptions, until it is disposed of.</summary>
    public static ActivityListener Listen()
    {
        var listener = new ActivityListener { ShouldListenTo = Records, ExceptionRecorder = Record };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static bool Records(ActivitySource source) =>
        source.Name is "Npgsql" or "Microsoft.AspNetCore" || source.Name.StartsWith("Todo.", StringComparison.Ordinal);

    private static void Record(Activity activity, Exception exception, ref TagList tags)
    {
        // What is there already is left out of what the runtime adds.
        tags.Add("exception.message", (exception as DbException)?.SqlState ?? "");
        tags.Add("exception.stacktrace", exception.StackTrace ?? "");
    }
}
