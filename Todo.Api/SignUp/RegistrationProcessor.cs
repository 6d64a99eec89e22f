using Microsoft.Extensions.Options;
using Npgsql;
using OpenTelemetry;
using Todo.Api.Tracing;

namespace Todo.Api.SignUp;

/// <summary>
/// Brings open sign-ups to their end: those of this replica at once, and those that others left lying, each time it looks. Any number of replicas
/// may do so.
/// </summary>
public sealed partial class RegistrationProcessor(
    RegistrationStore store, IServiceScopeFactory scopes, IOptions<SignUpOptions> options, ILogger<RegistrationProcessor> logger) : BackgroundService
{
    private readonly SemaphoreSlim _recorded = new(0, 1);
    private bool _isAway;

    /// <summary>Looks now; for whoever has just written a sign-up down.</summary>
    public void Wake()
    {
        try
        {
            _recorded.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is about to look anyway.
        }
    }

    /// <summary>Takes up one open sign-up and tries to end it; false if there is none to take up.</summary>
    public async Task<bool> RunOneAsync(CancellationToken cancellationToken)
    {
        OpenRegistration? registration;

        // A trace every few seconds would tell nothing.
        using (SuppressInstrumentationScope.Begin())
        {
            registration = await store.ClaimAsync(cancellationToken);
        }

        if (registration is null)
        {
            return false;
        }

        if (registration.Attempts > options.Value.MaxAttempts)
        {
            await store.AbandonAsync(registration, cancellationToken);
            LogAbandoned(registration.Id, options.Value.MaxAttempts);
            return true;
        }

        using var span = ApiSpans.Source.StartActivity("registration");
        span?.SetTag("todo.registration.id", registration.Id);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var outcome = await scope.ServiceProvider.GetRequiredService<RegistrationSteps>().FinishAsync(registration, cancellationToken);
            LogEnded(registration.Id, outcome);
        }
#pragma warning disable CA1031 // Whatever it was, the next attempt is written down already, and the next sign-up may fare better.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogFailed(registration.Id, registration.Attempts, exception.GetBaseException().Message);
        }

        return true;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _recorded.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            do
            {
                await RunAllAsync(stoppingToken);
                await _recorded.WaitAsync(options.Value.PollInterval, stoppingToken);
            }
            while (true);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    private async Task RunAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await RunOneAsync(cancellationToken))
            {
            }

            _isAway = false;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            LogNoCatalog();
        }
#pragma warning disable CA1031 // Ending would take the whole process along.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            if (!_isAway)
            {
                LogAway(exception.GetBaseException().Message);
            }

            _isAway = true;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Sign-up {Registration} has ended: {Outcome}")]
    private partial void LogEnded(Guid registration, RegistrationOutcome outcome);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Attempt {Attempt} of sign-up {Registration} failed and left nothing; there will be another: {Reason}")]
    private partial void LogFailed(Guid registration, int attempt, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Sign-up {Registration} was abandoned after {Attempts} attempts; the warnings before say why. The person has to sign up again")]
    private partial void LogAbandoned(Guid registration, int attempts);

    [LoggerMessage(Level = LogLevel.Debug, Message = "There is no catalog yet to look for sign-ups in")]
    private partial void LogNoCatalog();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sign-ups stay open until the database is back: {Reason}")]
    private partial void LogAway(string reason);
}
