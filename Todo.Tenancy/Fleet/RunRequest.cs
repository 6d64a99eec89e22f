namespace Todo.Tenancy.Fleet;

/// <summary>How a plan is to be carried out.</summary>
/// <param name="Executor">Who works on it: <c>worker</c>, <c>cli</c> or <c>api</c>.</param>
/// <param name="StartedBy">Who asks for it, for the record.</param>
public sealed record RunRequest(string Executor, string StartedBy)
{
    /// <summary>How it spreads.</summary>
    public Waves Waves { get; init; } = Waves.One;

    /// <summary>
    /// How many tenants may fail before the run pauses; null: any number. While the first of several waves runs, the canaries, none may.
    /// </summary>
    public Share? ErrorBudget { get; init; }

    /// <summary>Asked with GET between waves; anything but a 2xx pauses the run. Null: nobody is asked.</summary>
    public Uri? GateUrl { get; init; }

    /// <summary>Tenants at once, 1 to 64, for whoever works on it and says nothing else. Null: as <see cref="RunExecution"/> has it.</summary>
    public int? Parallelism { get; init; }

    /// <summary>How much of the time each of them works, above 0 and up to 1, likewise.</summary>
    public double? MaxLoad { get; init; }

    /// <summary>The id that confirms the loss of data in a rollback: of the run that is undone, or of the planned run. Null: not confirmed.</summary>
    public Guid? Confirmation { get; init; }
}
