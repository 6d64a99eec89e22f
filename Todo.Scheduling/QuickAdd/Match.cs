namespace Todo.Scheduling.QuickAdd;

/// <summary>Words that mean something.</summary>
/// <param name="Next">The index of the word behind them.</param>
/// <param name="Kind">What they mean.</param>
/// <param name="Apply">Writes it down.</param>
/// <param name="Name">The name behind a mark.</param>
internal sealed record Match(int Next, QuickAddKind Kind, Action<Draft> Apply, string? Name = null);
