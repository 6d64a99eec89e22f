namespace Todo.Tests.Servers;

internal static class Eventually
{
    /// <summary>Asks until the answer is yes; fails, with the last error if there was one, when that takes more than 30 s.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
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
                throw new TimeoutException("What was waited for did not happen in 30 s.", last);
            }
        }
        while (true);
    }
}
