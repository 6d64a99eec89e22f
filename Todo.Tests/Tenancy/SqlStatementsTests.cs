using Todo.Tenancy.Migrations;

namespace Todo.Tests.Tenancy;

public sealed class SqlStatementsTests
{
    public static TheoryData<string, string[]> Texts => new()
    {
        { "", [] },
        { " ;; -- nothing ; here\n /* nor ; here */ ;", [] },
        { "SELECT 1", ["SELECT 1"] },
        { "SELECT 1;\nSELECT 2;\n", ["SELECT 1", "SELECT 2"] },
        { "SELECT ';'; SELECT 'it''s;'", ["SELECT ';'", "SELECT 'it''s;'"] },
        { @"SELECT E'\';'; SELECT '\'; SELECT 3", [@"SELECT E'\';'", @"SELECT '\'", "SELECT 3"] },
        { """SELECT "a;""b"; SELECT 2""", ["""SELECT "a;""b" """.Trim(), "SELECT 2"] },
        { "SELECT $$;$$; SELECT $a$ $$ ; $b$ $a$; SELECT 3", ["SELECT $$;$$", "SELECT $a$ $$ ; $b$ $a$", "SELECT 3"] },
        { "SELECT x$1; SELECT a$b$c; SELECT 2", ["SELECT x$1", "SELECT a$b$c", "SELECT 2"] },
        { "/* a /* nested; */ b; */ SELECT 1; -- tail;\nSELECT 2", ["/* a /* nested; */ b; */ SELECT 1", "-- tail;\nSELECT 2"] },
        { "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 3", ["CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END", "SELECT 3"] },
        { "BEGIN; SELECT 1; END; SELECT 2", ["BEGIN", "SELECT 1", "END", "SELECT 2"] },
        { "SELECT 'open; SELECT 2", ["SELECT 'open; SELECT 2"] },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Statements_end_only_where_the_server_ends_them(string sql, string[] statements) => SqlStatements.Split(sql).ShouldBe(statements);
}
