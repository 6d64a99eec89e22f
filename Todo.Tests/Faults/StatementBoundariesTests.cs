namespace Todo.Tests.Faults;

public sealed class StatementBoundariesTests
{
    private static readonly ProxiedStatement[] Run = [.. new[] { "BEGIN", "INSERT", "INSERT", "COMMIT" }.Select((sql, index) => new ProxiedStatement(index + 7, 1, 1, sql))];

    private int _number;

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

    [Fact]
    public void A_client_can_die_before_each_statement_that_was_executed_and_after_the_last_of_a_connection()
    {
        ProxiedStatement[] run = [Answered(1, "BEGIN"), Answered(2, "UPDATE"), Answered(1, "INSERT", StatementAnswer.Failed), Answered(1, "COMMIT", StatementAnswer.Skipped), Answered(1, "BEGIN"), Answered(1, "COMMIT")];

        StatementBoundaries.OfDeaths(run).Select(point => (point.Side, point.Ordinal, point.Expected)).ShouldBe(
        [
            (FaultSide.Before, 1, "BEGIN"),
            (FaultSide.Before, 1, "UPDATE"),
            (FaultSide.Before, 1, "INSERT"),
            (FaultSide.Before, 2, "BEGIN"),
            (FaultSide.Before, 2, "COMMIT"),
            (FaultSide.After, 2, "COMMIT"),
            (FaultSide.After, 1, "UPDATE"),
        ]);

        ProxiedStatement Answered(int connection, string sql, StatementAnswer answer = StatementAnswer.Completed) => new(++_number, connection, 1, sql) { Answer = answer };
    }
}
