using FsCheck;
using FsCheck.Fluent;
using Todo.Api.Work;
using Todo.Data.Tenants;

namespace Todo.Tests.Work;

public sealed class WorkRulesTests
{
    private static readonly Guid[] People = [new("00000000-0000-0000-0000-00000000000a"), new("00000000-0000-0000-0000-00000000000b"), new("00000000-0000-0000-0000-00000000000c")];

    [Theory]
    [InlineData(WorkState.New, "Accept Reject Assign Start Complete")]
    [InlineData(WorkState.Accepted, "Reject Assign Start Complete")]
    [InlineData(WorkState.Rejected, "Accept Assign Complete Reopen")]
    [InlineData(WorkState.Assigned, "Accept Reject Assign Start Complete")]
    [InlineData(WorkState.InProgress, "Assign Start Complete")]
    [InlineData(WorkState.Paused, "Assign Start Complete")]
    [InlineData(WorkState.Done, "Approve Decline Reopen")]
    [InlineData(WorkState.Approved, "Reopen")]
    [InlineData(WorkState.Declined, "Assign Start Complete Reopen")]
    public void What_is_possible_for_somebody_who_has_not_worked_at_it_yet(WorkState state, string possible) =>
        string.Join(' ', WorkRules.Possible(new WorkSituation(state, [], [], []), People[0])).ShouldBe(possible);

    [Fact]
    public void Of_several_who_work_the_last_one_who_pauses_lets_it_rest()
    {
        WorkRules.After(new(WorkState.InProgress, [], [People[0], People[1]], People), WorkAction.Pause, People[0]).ShouldBe(WorkState.InProgress);
        WorkRules.After(new(WorkState.InProgress, [], [People[0]], People), WorkAction.Pause, People[0]).ShouldBe(WorkState.Paused);
        WorkRules.After(new(WorkState.InProgress, [], [People[0]], People), WorkAction.Pause, People[1]).ShouldBeNull();
        WorkRules.After(new(WorkState.InProgress, [], [People[0]], People), WorkAction.Resume, People[1]).ShouldBe(WorkState.InProgress);
        WorkRules.After(new(WorkState.InProgress, [], [People[0]], [People[0]]), WorkAction.Resume, People[1]).ShouldBeNull();
    }

    [Fact]
    public void What_is_somebodys_stays_so_until_nobody_is_left()
    {
        WorkRules.After(new(WorkState.Assigned, [People[0], People[1]], [], []), WorkAction.Unassign, People[0]).ShouldBe(WorkState.Assigned);
        WorkRules.After(new(WorkState.Assigned, [People[0]], [], []), WorkAction.Unassign, People[0]).ShouldBe(WorkState.New);
        WorkRules.After(new(WorkState.Approved, [People[0]], [], []), WorkAction.Reopen, People[1]).ShouldBe(WorkState.Assigned);
        WorkRules.After(new(WorkState.Approved, [], [], []), WorkAction.Reopen, People[1]).ShouldBe(WorkState.New);
    }

    [Fact]
    public void Whatever_people_do_the_state_agrees_with_who_works_who_is_to_and_whether_it_is_completed()
    {
        var steps =
            from person in Gen.Choose(0, People.Length - 1)
            from other in Gen.Choose(0, People.Length - 1)
            from action in Gen.Elements(Enum.GetValues<WorkAction>())
            select (person, other, action);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(steps.ArrayOf(30).ToArbitrary(), run => Run(run)));

        static void Run((int Person, int Other, WorkAction Action)[] run)
        {
            var model = new WorkModel();
            foreach (var (person, other, action) in run)
            {
                var (me, whom) = (People[person], action is WorkAction.Assign or WorkAction.Unassign ? People[other] : People[person]);
                var wasPossible = WorkRules.Possible(model.Situation, me).Contains(action);
                var isDone = model.TryAct(action, me, whom);
                (isDone && !wasPossible).ShouldBeFalse("what is done is possible");
                if (action is not (WorkAction.Assign or WorkAction.Unassign))
                {
                    isDone.ShouldBe(wasPossible);
                }

                (model.State == WorkState.InProgress).ShouldBe(model.Working.Count > 0);
                (model.State == WorkState.Assigned && model.Assignees.Count == 0).ShouldBeFalse();
                (model.State == WorkState.New && model.Assignees.Count > 0).ShouldBeFalse();
                WorkRules.Possible(model.Situation, me).ShouldNotBeEmpty();

                // The same as the row says of itself.
                new TodoItem
                {
                    Id = default,
                    Title = "",
                    CreatedBy = default,
                    CreatedAt = default,
                    UpdatedAt = default,
                    WorkState = model.State,
                    AssigneeIds = [.. model.Assignees],
                    CompletedAt = model.State is WorkState.Done or WorkState.Approved ? DateTimeOffset.UnixEpoch : null,
                }.State.ShouldBe(model.State);
            }
        }
    }
}

/// <summary>A todo in memory, at which people work as the rules say.</summary>
internal sealed class WorkModel
{
    public WorkState State { get; private set; }

    public List<Guid> Assignees { get; } = [];

    public HashSet<Guid> Working { get; } = [];

    public HashSet<Guid> Worked { get; } = [];

    public WorkSituation Situation => new(State, Assignees, Working, Worked);

    /// <summary>Does it, if it is possible.</summary>
    public bool TryAct(WorkAction action, Guid me, Guid whom)
    {
        if (WorkRules.After(Situation, action, whom) is not { } after)
        {
            return false;
        }

        State = after;
        switch (action)
        {
            case WorkAction.Assign:
                Assignees.Add(whom);
                break;
            case WorkAction.Unassign:
                Assignees.Remove(whom);
                break;
            case WorkAction.Start or WorkAction.Resume:
                Working.Add(me);
                Worked.Add(me);
                break;
            case WorkAction.Pause:
                Working.Remove(me);
                break;
            case WorkAction.Complete:
                Working.Clear();
                break;
        }

        return true;
    }
}
