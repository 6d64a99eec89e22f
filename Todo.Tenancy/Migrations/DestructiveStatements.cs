using System.Text.RegularExpressions;

namespace Todo.Tenancy.Migrations;

/// <summary>Recognises statements that no opposite statement undoes: what they remove was there only once.</summary>
public static partial class DestructiveStatements
{
    /// <summary>Whether data is gone after the statement. An index, a constraint or a function is not data: it is made again from what is there.</summary>
    public static bool LosesData(string statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return Pattern().IsMatch(SqlStatements.WithoutLiterals(statement));
    }

    [GeneratedRegex(
        @"\b(?:DROP\s+(?:TABLE|COLUMN|SCHEMA|SEQUENCE|TYPE|MATERIALIZED\s+VIEW)|TRUNCATE|DELETE\s+FROM|UPDATE\s+(?:ONLY\s+)?[\w"".]+\s+(?:AS\s+)?(?:\w+\s+)?SET|ALTER\s+(?:COLUMN\s+)?[\w""]+\s+(?:SET\s+DATA\s+)?TYPE|DROP\s+(?!CONSTRAINT|INDEX|FUNCTION|PROCEDURE|TRIGGER|VIEW|NOT|DEFAULT|IDENTITY|EXPRESSION|POLICY|RULE|IF)[\w""]+)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
