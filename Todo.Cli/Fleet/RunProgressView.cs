using System.Diagnostics;
using Spectre.Console;
using Todo.Tenancy.Fleet;

namespace Todo.Cli.Fleet;

/// <summary>How far a run is: a bar with rate and time left on a terminal, else a line a second at most, and nothing beside JSON.</summary>
internal sealed class RunProgressView(MigrationRun run, RunCounts before)
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(1);

    private readonly long _started = Stopwatch.GetTimestamp();
    private long _lastLine = Stopwatch.GetTimestamp();

    /// <summary>Shows what the work reports while it lasts.</summary>
    public static async Task<RunReport> ShowAsync(Output output, MigrationRun run, RunCounts before, Func<Action<RunProgress>?, Task<RunReport>> work)
    {
        var view = new RunProgressView(run, before);
        if (output.IsJson)
        {
            return await work(null);
        }

        return output.IsTerminal ? await view.DrawAsync(work) : await work(view.Print);
    }

    private Task<RunReport> DrawAsync(Func<Action<RunProgress>?, Task<RunReport>> work) => AnsiConsole.Progress()
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn())
        .StartAsync(async context =>
        {
            var task = context.AddTask("starting", maxValue: Math.Max(1, before.Total));
            task.Value = before.Done;
            var report = await work(progress =>
            {
                task.Description = Markup.Escape(Describe(progress));
                task.Value = progress.Counts.Done;
            });

            // Of two that told at once, the one that had counted less may have been the last.
            task.Description = Markup.Escape(Describe(new RunProgress(report.Run.Id, report.Counts, report.Run.CurrentWave)));
            task.Value = report.Counts.Done;
            task.StopTask();
            return report;
        });

    // Called by several threads at once; one of them prints.
    private void Print(RunProgress progress)
    {
        var last = Interlocked.Read(ref _lastLine);
        if (Stopwatch.GetElapsedTime(last) >= LineInterval && Interlocked.CompareExchange(ref _lastLine, Stopwatch.GetTimestamp(), last) == last)
        {
            Console.Out.WriteLine(Describe(progress));
        }
    }

    private string Describe(RunProgress progress)
    {
        var counts = progress.Counts;
        var rate = Math.Max(0, counts.Done - before.Done) / Math.Max(0.001, Stopwatch.GetElapsedTime(_started).TotalSeconds);
        var left = rate > 0 ? TimeSpan.FromSeconds(Math.Min(counts.Pending / rate, TimeSpan.FromDays(99).TotalSeconds)).ToString(@"d\.hh\:mm\:ss", null) : "?";
        return $"wave {progress.Wave + 1} of {run.WaveCount}: {counts.Done} of {counts.Total} tenants, {counts.Failed} failed, {rate:0.#}/s, {(left.StartsWith("0.", StringComparison.Ordinal) ? left[2..] : left)} left";
    }
}
