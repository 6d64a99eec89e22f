namespace Todo.Tests.Servers;

internal static class Eventually
{
    /// <summary>How long anything is waited for before it is taken for lost. No test says by it that something is fast: a busy machine stands still for many seconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Asks until the answer is yes; fails, with the last error if there was one, when that takes more than <see cref="Patience"/>.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(Patience);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        Exception? last = null;
        do
        {
            try
            {
                if (await condition())
                {
                    return;
                }
            }
            catch (Exception error) when (!deadline.IsCancellationRequested)
            {
                last = error;
            }

            try
            {
                await tick.WaitForNextTickAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"What was waited for did not happen in {Patience.TotalMinutes} minutes.", last);
            }
        }
        while (true);
    }
}
