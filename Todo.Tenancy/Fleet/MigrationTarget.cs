using System.Globalization;
using Todo.Tenancy.Migrations;

namespace Todo.Tenancy.Fleet;

/// <summary>Where a plan leads: to one version for everybody, or some steps up or down from where each tenant is.</summary>
public sealed record MigrationTarget
{
    private readonly string? _id;
    private readonly int _steps;

    private MigrationTarget(string? id, int steps, string text) => (_id, _steps, Text) = (id, steps, text);

    /// <summary>As it was asked for.</summary>
    public string Text { get; }

    /// <summary>The version that it means for everybody; null if it depends on the tenant.</summary>
    public string? Version => _id;

    /// <summary>To a version of the line.</summary>
    public static MigrationTarget To(string id) => new(id, 0, id);

    /// <summary>So many migrations up (positive) or down (negative).</summary>
    public static MigrationTarget Steps(int steps) =>
        steps == 0 ? throw new ArgumentException("0 steps lead nowhere.", nameof(steps)) : new(null, steps, steps.ToString("+0;-0", CultureInfo.InvariantCulture));

    /// <summary>Reads <c>head</c>, <c>+1</c>, <c>-2</c>, a migration's id, or its name without the time.</summary>
    /// <exception cref="ArgumentException">It is none of them, or more than one migration has the name.</exception>
    public static MigrationTarget Parse(string text, MigrationLine line)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(line);
        if (string.Equals(text, "head", StringComparison.OrdinalIgnoreCase))
        {
            return To(line.Head.Id);
        }

        if (text.StartsWith('+') || text.StartsWith('-'))
        {
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var steps) && steps != 0
                ? Steps(steps)
                : throw new ArgumentException($"'{text}' is not a number of steps such as -1.");
        }

        var ids = line.Steps.Select(step => step.Id).Where(id => id == text || id[(id.IndexOf('_', StringComparison.Ordinal) + 1)..].Equals(text, StringComparison.OrdinalIgnoreCase)).ToArray();
        return ids switch
        {
            [var id] => To(id),
            [] => throw new ArgumentException($"There is no migration '{text}'. Give 'head', a number of steps such as -1, or one of: {string.Join(", ", line.Steps.Select(step => step.Id))}."),
            _ => throw new ArgumentException($"'{text}' is the name of several migrations: {string.Join(", ", ids)}."),
        };
    }

    /// <summary>The version that a tenant at <paramref name="from"/> is to have.</summary>
    /// <exception cref="UnknownMigrationException">The build does not know <paramref name="from"/> or the target.</exception>
    /// <exception cref="ArgumentException">There are not that many migrations below.</exception>
    public string? Resolve(MigrationLine line, string? from)
    {
        ArgumentNullException.ThrowIfNull(line);
        var position = line.PositionOf(from);
        if (_id is not null)
        {
            return line.Steps[line.PositionOf(_id)].Id;
        }

        var wanted = position + _steps;
        return wanted < 0
            ? throw new ArgumentException($"There are only {position} migrations to undo above the first, which stays as long as the tenant.")
            : line.Steps[Math.Min(wanted, line.Steps.Count - 1)].Id;
    }
}
