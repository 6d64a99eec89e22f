namespace Todo.Benchmarks;

/// <summary>What was measured did not behave, so there is no result.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
