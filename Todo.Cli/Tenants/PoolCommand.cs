using System.CommandLine;
using Todo.Tenancy.Provisioning;

namespace Todo.Cli.Tenants;

/// <summary>The pool as it is printed.</summary>
/// <param name="Ready">Schemas at <paramref name="Version"/>.</param>
/// <param name="Stale">Schemas at another version, which nobody takes until a run has moved them.</param>
/// <param name="Version">What new tenants get.</param>
/// <param name="Made">How many were made now.</param>
/// <param name="Dropped">How many were dropped now.</param>
internal sealed record PoolDocument(int Ready, int Stale, string Version, int Made, int Dropped);

/// <summary><c>todo tenants pool</c>: the schemas that are made in advance, so that making a tenant takes milliseconds.</summary>
internal static class PoolCommand
{
    private const int MaxSize = 1000;

    public static Command Create()
    {
        var size = new Option<int?>("--size") { Description = $"Have so many ready, 0 to {MaxSize}: makes what is missing, and drops what is stale or too many. Absent: only show." };
        return new Command("pool", "The schemas that wait for new tenants. A replica of the API that is told to keep a pool fills it again.") { size }.Does(async (invocation, cancellationToken) =>
        {
            var (pool, made, dropped) = (invocation.Service<SchemaPool>(), 0, 0);
            if (invocation.Get(size) is { } wanted)
            {
                if (wanted is < 0 or > MaxSize)
                {
                    throw CliException.Usage($"--size is a number of schemas, 0 to {MaxSize}.");
                }

                // Filled first: what is ready then is kept, and what is stale goes.
                made = await pool.FillAsync(wanted, cancellationToken);
                dropped = await pool.ShrinkAsync(wanted, cancellationToken);
            }

            var count = await pool.CountAsync(cancellationToken);
            await invocation.Output.AnswerAsync(new PoolDocument(count.Ready, count.Stale, count.Version, made, dropped), Describe);
            return ExitCode.Success;
        });
    }

    private static IEnumerable<string> Describe(PoolDocument pool)
    {
        yield return $"Ready:       {pool.Ready} at {pool.Version}";
        yield return $"Stale:       {pool.Stale}";
        if (pool is not { Made: 0, Dropped: 0 })
        {
            yield return $"Changed now: {pool.Made} made, {pool.Dropped} dropped";
        }
    }
}
