namespace Todo.Scheduling.Recurrence;

/// <summary>The steps that are left of <see cref="SearchLimits.Steps"/>.</summary>
internal sealed class SearchBudget(int steps)
{
    private readonly int _given = steps;
    private int _left = steps;

    public int Spent => _given - _left;

    public bool IsExhausted { get; private set; }

    public bool Spend(int steps = 1)
    {
        if (_left < steps)
        {
            IsExhausted = true;
            return false;
        }
        _left -= steps;
        return true;
    }
}
