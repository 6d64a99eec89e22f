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

    /// <summary>
    /// All moments at which a client can die and leave something different: before each statement, and after each connection's last. After a
    /// statement and before the connection's next is one moment, because the server has executed the one and not received the other, and the client
    /// takes to its grave whether it heard the answer. Statements that the server passed over are none. Named by text, in the order of the run.
    /// </summary>
    public static IReadOnlyList<FaultPoint> OfDeaths(IEnumerable<ProxiedStatement> run)
    {
        var moments = run.GroupBy(statement => statement.Sql)
            .SelectMany(same => same.Select((statement, index) => (Statement: statement, Before: FaultPoint.Before(same.Key, index + 1))))
            .Where(moment => moment.Statement.Answer != StatementAnswer.Skipped)
            .OrderBy(moment => moment.Statement.Number)
            .ToArray();
        var ends = moments.GroupBy(moment => moment.Statement.Connection).Select(connection => connection.Last().Before with { Side = FaultSide.After });
        return [.. moments.Select(moment => moment.Before), .. ends];
    }

    private static FaultPoint[] BothSides(FaultPoint before) => [before, before with { Side = FaultSide.After }];
}
