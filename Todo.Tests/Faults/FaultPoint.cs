namespace Todo.Tests.Faults;

/// <summary>On which side of a statement a fault strikes.</summary>
public enum FaultSide
{
    /// <summary>The server has executed everything before the statement, and has not received it.</summary>
    Before,

    /// <summary>The server has executed and answered the statement; the client has not seen the answer, and nothing later was sent on.</summary>
    After,
}

/// <summary>Where a fault strikes: at the n-th statement counted from arming, over all connections.</summary>
public sealed record FaultPoint
{
    /// <summary>On which side of the statement.</summary>
    public required FaultSide Side { get; init; }

    /// <summary>The how-manieth statement, from 1, of those that <see cref="Counts"/> counts.</summary>
    public required int Ordinal { get; init; }

    /// <summary>Which statements count, by their text; null: all.</summary>
    public Func<string, bool>? Counts { get; init; }

    /// <summary>The text that is expected there, for whoever reads a failure; it decides nothing.</summary>
    public string? Expected { get; init; }

    /// <summary>Before the n-th statement of those that count.</summary>
    public static FaultPoint Before(int ordinal, Func<string, bool>? counts = null) => new() { Side = FaultSide.Before, Ordinal = ordinal, Counts = counts };

    /// <summary>Before the n-th statement with this very text.</summary>
    public static FaultPoint Before(string sql, int ordinal = 1) => Before(ordinal, text => text == sql) with { Expected = sql };

    /// <summary>After the n-th statement of those that count.</summary>
    public static FaultPoint After(int ordinal, Func<string, bool>? counts = null) => new() { Side = FaultSide.After, Ordinal = ordinal, Counts = counts };

    /// <summary>After the n-th statement with this very text.</summary>
    public static FaultPoint After(string sql, int ordinal = 1) => After(ordinal, text => text == sql) with { Expected = sql };

    /// <inheritdoc/>
    public override string ToString() => $"{Side} {Ordinal}{(Counts is null ? "" : " that counts")}{(Expected is null ? "" : $": {Expected}")}";
}
