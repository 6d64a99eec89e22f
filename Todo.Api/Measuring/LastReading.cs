using Npgsql;
using OpenTelemetry;

namespace Todo.Api.Measuring;

/// <summary>
/// What is measured by asking the database: read beside whoever collects measurements, at most every <see cref="Lifetime"/>, and only if somebody does.
/// </summary>
/// <typeparam name="T">What a reading shows.</typeparam>
/// <param name="read">Asks.</param>
/// <param name="clock">The time.</param>
internal sealed class LastReading<T>(Func<CancellationToken, Task<T>> read, TimeProvider clock)
    where T : class
{
    /// <summary>How old a reading gets before the next one is begun.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    private T? _value;
    private long _readAt;
    private int _isReading;

    /// <summary>The last reading; null before the first, and while the database can't be asked.</summary>
    public T? Value
    {
        get
        {
            var isDue = _readAt == 0 || clock.GetElapsedTime(Volatile.Read(ref _readAt)) >= Lifetime;
            if (isDue && Interlocked.Exchange(ref _isReading, 1) == 0)
            {
                _ = ReadAsync();
            }

            return Volatile.Read(ref _value);
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            using (SuppressInstrumentationScope.Begin())
            {
                Volatile.Write(ref _value, await read(CancellationToken.None));
            }
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or InvalidOperationException)
        {
            // No measurement, rather than one that is no longer true. There may be no catalog yet.
            Volatile.Write(ref _value, null);
        }
        finally
        {
            Volatile.Write(ref _readAt, clock.GetTimestamp());
            Volatile.Write(ref _isReading, 0);
        }
    }
}
