using System.ComponentModel.DataAnnotations;
using Todo.Data.Tenants;

namespace Todo.Api.Work;

/// <summary>Something to be done with a todo.</summary>
/// <param name="Action">What.</param>
/// <param name="Person">Whom it is given to, or taken from; of those actions alone.</param>
/// <param name="Comment">Why.</param>
public sealed record NewWorkEntry(
    [Required, EnumDataType(typeof(WorkAction))] WorkAction? Action, Guid? Person = null, [StringLength(WorkEntry.MaxCommentLength, MinimumLength = 1)] string? Comment = null) : IValidatableObject
{
    internal bool IsAboutSomebody => Action is WorkAction.Assign or WorkAction.Unassign;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (IsAboutSomebody && Person is null)
        {
            yield return new ValidationResult("Say whom: this action is about a person.", [nameof(Person)]);
        }
        else if (!IsAboutSomebody && Person is not null)
        {
            yield return new ValidationResult("Only assigning and unassigning name a person. Everything else one does oneself.", [nameof(Person)]);
        }
    }
}

/// <summary>That somebody did something with a todo.</summary>
/// <param name="Id">The order of ids is that of time.</param>
/// <param name="Action">What it was.</param>
/// <param name="ActorId">Who did it; null: a guest, or somebody who was deleted for good.</param>
/// <param name="PersonId">To whom it was given, or from whom it was taken.</param>
/// <param name="From">How far the work was before.</param>
/// <param name="To">How far it was after.</param>
/// <param name="Comment">Why.</param>
/// <param name="At">UTC.</param>
public sealed record WorkEntryResponse(Guid Id, WorkAction Action, Guid? ActorId, Guid? PersonId, WorkState From, WorkState To, string? Comment, DateTimeOffset At)
{
    internal static WorkEntryResponse Of(WorkEntry entry) => new(entry.Id, entry.Action, entry.ActorId, entry.PersonId, entry.FromState, entry.ToState, entry.Comment, entry.At);
}

/// <summary>The work at a todo.</summary>
/// <param name="State">How far it is.</param>
/// <param name="Since">UTC; since when.</param>
/// <param name="Seconds">How long everybody worked at it, until now.</param>
/// <param name="People">Whoever did, who did longest first.</param>
/// <param name="Possible">What the caller can do with it now.</param>
public sealed record TodoWorkResponse(WorkState State, DateTimeOffset Since, long Seconds, IReadOnlyList<TodoWorker> People, IReadOnlyList<WorkAction> Possible);

/// <summary>Somebody's work at a todo.</summary>
/// <param name="PersonId">Who; null: somebody who was deleted for good.</param>
/// <param name="Name">That person's name.</param>
/// <param name="Seconds">How long, until now.</param>
/// <param name="WorkingSince">UTC; null: not at this moment.</param>
public sealed record TodoWorker(Guid? PersonId, string? Name, long Seconds, DateTimeOffset? WorkingSince);

/// <summary>Somebody's work in a time.</summary>
/// <param name="From">UTC.</param>
/// <param name="To">UTC.</param>
/// <param name="Seconds">How long, until now at most.</param>
/// <param name="Todos">At what, the longest first; what the person does not see any more is one entry without an id.</param>
public sealed record MyWorkResponse(DateTimeOffset From, DateTimeOffset To, long Seconds, IReadOnlyList<WorkedTodo> Todos);

/// <summary>A todo that somebody worked at.</summary>
/// <param name="TodoId">Which.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Seconds">How long.</param>
public sealed record WorkedTodo(Guid? TodoId, string? Title, long Seconds);

/// <summary>Everybody's work in a time.</summary>
/// <param name="From">UTC.</param>
/// <param name="To">UTC.</param>
/// <param name="People">Whoever worked, the longest first.</param>
public sealed record PeopleWorkResponse(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<WorkedPerson> People);

/// <summary>How long somebody worked.</summary>
/// <param name="PersonId">Who; null: people who were deleted for good.</param>
/// <param name="Name">That person's name.</param>
/// <param name="Seconds">How long.</param>
/// <param name="Todos">At how many todos.</param>
public sealed record WorkedPerson(Guid? PersonId, string? Name, long Seconds, int Todos);
