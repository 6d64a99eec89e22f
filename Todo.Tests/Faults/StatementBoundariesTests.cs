namespace Todo.Tests.Faults;

public sealed class StatementBoundariesTests
{
    private static readonly ProxiedStatement[] Run = [.. new[] { "BEGIN", "INSERT", "INSERT", "COMMIT" }.Select((sql, index) => new ProxiedStatement(index + 7, 1, 1, sql))];

    [Fact]
    public void A_run_can_be_struck_before_and_after_each_of_its_statements() =>
        StatementBoundaries.InOrder(Run).Select(point => point.ToString()).ShouldBe(
        [
            "Before 1: BEGIN", "After 1: BEGIN",
            "Before 2: INSERT", "After 2: INSERT",
            "Before 3: INSERT", "After 3: INSERT",
            "Before 4: COMMIT", "After 4: COMMIT",
        ]);

    [Fact]
    public void Statements_can_be_told_apart_by_text_where_their_order_varies()
    {
        var points = StatementBoundaries.ByText(Run);

        points.Select(point => (point.Side, point.Ordinal, point.Expected)).ShouldBe(
        [
            (FaultSide.Before, 1, "BEGIN"), (FaultSide.After, 1, "BEGIN"),
            (FaultSide.Before, 1, "INSERT"), (FaultSide.After, 1, "INSERT"),
            (FaultSide.Before, 2, "INSERT"), (FaultSide.After, 2, "INSERT"),
            (FaultSide.Before, 1, "COMMIT"), (FaultSide.After, 1, "COMMIT"),
        ]);
        points.ShouldAllBe(point => point.Counts!(point.Expected!) && !point.Counts("SELECT"));
    }
}
