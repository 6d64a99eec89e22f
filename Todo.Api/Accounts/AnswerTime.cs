using Microsoft.Extensions.Options;

namespace Todo.Api.Accounts;

/// <summary>Holds answers back to a fixed time after their request, so that how long one takes tells nothing of what was found.</summary>
internal sealed class AnswerTime(TimeProvider clock, IOptions<SignInOptions> options)
{
    /// <summary>Now; hand it to <see cref="WaitAsync"/> at the end.</summary>
    public long Start() => clock.GetTimestamp();

    /// <summary>Waits for the next multiple of <see cref="SignInOptions.AnswerTime"/> since the start. Hold no connection meanwhile.</summary>
    public Task WaitAsync(long started, CancellationToken cancellationToken)
    {
        var step = options.Value.AnswerTime;
        if (step <= TimeSpan.Zero)
        {
            return Task.CompletedTask;
        }

        var elapsed = clock.GetElapsedTime(started);
        return Task.Delay(step - TimeSpan.FromTicks(elapsed.Ticks % step.Ticks), clock, cancellationToken);
    }
}
