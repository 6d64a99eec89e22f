using Spectre.Console;

namespace Todo.Cli.Fleet;

/// <summary>How far an inspection of many schemas is: a bar on a terminal, which goes when the answer comes, and nothing elsewhere.</summary>
internal static class InspectionProgressView
{
    /// <summary>Shows what the work reports (done, and of all) while it lasts.</summary>
    public static Task<T> ShowAsync<T>(Output output, string doing, Func<Action<int, int>?, Task<T>> work) => !output.IsTerminal ? work(null) : AnsiConsole.Progress()
        .AutoClear(true)
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
        .StartAsync(context =>
        {
            var task = context.AddTask(Markup.Escape(doing));
            return work((done, all) =>
            {
                task.Description = Markup.Escape($"{doing}: {done} of {all}");
                (task.MaxValue, task.Value) = (Math.Max(1, all), done);
            });
        });
}
