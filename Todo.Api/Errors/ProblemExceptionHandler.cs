using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Todo.Api.Files;

namespace Todo.Api.Errors;

/// <summary>Turns every exception that leaves a handler into a problem that tells the caller what to do and nothing of our insides.</summary>
internal sealed partial class ProblemExceptionHandler(ILogger<ProblemExceptionHandler> logger) : IExceptionHandler
{
    private static readonly Refusal DatabaseAway = new(StatusCodes.Status503ServiceUnavailable, "The database can't be reached at the moment. Try again in a few seconds.");
    private static readonly Refusal StorageAway = new(StatusCodes.Status503ServiceUnavailable, "The files can't be reached at the moment. Try again in a few seconds.");
    private static readonly Refusal NotTheOwner = new(
        StatusCodes.Status501NotImplemented,
        "This API signs in to the database as a role that works with rows only. Use the todo command, or an API that is given ConnectionStrings:tododb-owner.");

    private static readonly Refusal NotText = new(StatusCodes.Status400BadRequest, "The request has text that can't be stored, such as the character U+0000.");
    private static readonly Refusal Unexpected = new(StatusCodes.Status500InternalServerError, "Something went wrong on our side. Tell us the traceId if it happens again.");

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to read an answer; 499 (nginx) keeps it apart from our own errors in the metrics.
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var refusal = Explain(exception);
        if (refusal == Unexpected && exception is PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } && httpContext.Request.Path.StartsWithSegments("/cc"))
        {
            refusal = NotTheOwner;
        }

        if (refusal.StatusCode == StatusCodes.Status500InternalServerError)
        {
            Note(exception);
            LogUnexpected(exception, httpContext.Request.Method, httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.DisplayName);
        }
        else if (refusal == StorageAway)
        {
            LogStorageAway(exception.Message, exception.GetBaseException().Message);
        }
        else if (refusal.StatusCode == StatusCodes.Status503ServiceUnavailable)
        {
            LogDatabaseAway(exception.GetBaseException().Message);
        }

        await refusal.WriteAsync(httpContext);
        return true;
    }

    private static void Note(Exception exception)
    {
        if (Activity.Current is { IsAllDataRequested: true } span)
        {
            span.SetTag("error.type", exception.GetType().FullName).AddException(exception);
        }
    }

    private static Refusal Explain(Exception exception) => exception switch
    {
        BadHttpRequestException bad => new Refusal(bad.StatusCode, Explain(bad)),
        DbUpdateException { InnerException: { } inner } => Explain(inner),
        InvalidOperationException { InnerException: NpgsqlException inner } => Explain(inner),
        FileStorageException => StorageAway,
        PostgresException { SqlState: PostgresErrorCodes.UntranslatableCharacter or PostgresErrorCodes.CharacterNotInRepertoire } => NotText,
        PostgresException { IsTransient: true } => DatabaseAway,
        PostgresException => Unexpected,
        NpgsqlException or SocketException or TimeoutException => DatabaseAway,
        _ => Unexpected,
    };

    // JsonException's path is where in the caller's own document the mistake is; its message names our types, so it stays here.
    private static string? Explain(BadHttpRequestException bad) => bad switch
    {
        { StatusCode: not StatusCodes.Status400BadRequest } => null,
        { InnerException: JsonException { Path: { Length: > 0 } path } } => $"The JSON at {path} is malformed, of the wrong type, or not a field this operation knows.",
        { InnerException: JsonException } => "The body is not valid JSON, or misses a required field.",
        _ => "The request is malformed: a parameter is missing or of the wrong type.",
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Endpoint} failed")]
    private partial void LogUnexpected(Exception exception, string method, string? endpoint);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{What}: {Reason}")]
    private partial void LogStorageAway(string what, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database can't be reached: {Reason}")]
    private partial void LogDatabaseAway(string reason);
}
