namespace Todo.Tests.Faults;

/// <summary>All places where a run can be struck, from the statements of a run that was not.</summary>
public static class StatementBoundaries
{
    /// <summary>
    /// Before and after each statement, by its place in the run: for runs that send the same statements in the same order every time, as
    /// those with one connection at a time do.
    /// </summary>
    public static IReadOnlyList<FaultPoint> InOrder(IEnumerable<ProxiedStatement> run) =>
        [.. run.SelectMany((statement, index) => BothSides(FaultPoint.Before(index + 1) with { Expected = statement.Sql }))];

    /// <summary>
    /// Before and after each statement, by its text and its place among those of the same text: for runs whose connections overtake each
    /// other, as far as these send the same things.
    /// </summary>
    public static IReadOnlyList<FaultPoint> ByText(IEnumerable<ProxiedStatement> run) =>
        [.. run.GroupBy(statement => statement.Sql).SelectMany(same => same.SelectMany((_, index) => BothSides(FaultPoint.Before(same.Key, index + 1))))];

    private static FaultPoint[] BothSides(FaultPoint before) => [before, before with { Side = FaultSide.After }];
}
