using System.Linq.Expressions;
using System.Text.Json;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Audit;

/// <summary>That somebody did something.</summary>
/// <param name="Id">The order of ids is that of time.</param>
/// <param name="At">UTC.</param>
/// <param name="ActorKind">What kind of caller it was.</param>
/// <param name="ActorId">The person, key or link.</param>
/// <param name="ActorName">The name at the time.</param>
/// <param name="Action">What was done, such as <c>user.deactivated</c>.</param>
/// <param name="SubjectKind">What kind of thing it was done to.</param>
/// <param name="SubjectId">That thing.</param>
/// <param name="SubjectName">Its name at the time.</param>
/// <param name="Details">What changed.</param>
/// <param name="Address">The caller's network address.</param>
/// <param name="TraceId">The request's trace.</param>
public sealed record AuditResponse(
    Guid Id,
    DateTimeOffset At,
    ActorKind ActorKind,
    Guid? ActorId,
    string ActorName,
    string Action,
    string SubjectKind,
    Guid? SubjectId,
    string? SubjectName,
    JsonElement? Details,
    string? Address,
    string? TraceId)
{
    internal static AuditResponse Of(AuditEntry entry) => new(
        entry.Id,
        entry.At,
        entry.ActorKind,
        entry.ActorId,
        entry.ActorName,
        entry.Action,
        entry.SubjectKind,
        entry.SubjectId,
        entry.SubjectName,
        entry.Details is null ? null : JsonElement.Parse(entry.Details),
        entry.Address,
        entry.TraceId);
}

/// <summary>That somebody signed in to a person's account, or tried to.</summary>
/// <param name="Id">The order of ids is that of time.</param>
/// <param name="At">UTC.</param>
/// <param name="Outcome">How it went.</param>
/// <param name="Address">The network address that it came from.</param>
/// <param name="UserAgent">What signed in, in its own words.</param>
public sealed record SignInResponse(Guid Id, DateTimeOffset At, SignInOutcome Outcome, string? Address, string? UserAgent)
{
    /// <summary>What a query reads of a row.</summary>
    internal static readonly Expression<Func<SignInEntry, SignInResponse>> Columns = entry => new SignInResponse(entry.Id, entry.At, entry.Outcome, entry.Address, entry.UserAgent);
}
