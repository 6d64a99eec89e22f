using FsCheck;
using FsCheck.Fluent;
using Todo.Data.Access;
using static Todo.Tests.Idempotency.IdempotencyHost;

namespace Todo.Tests.Idempotency;

/// <summary>Any order of requests with few keys, bodies and people does what a dictionary of keys does.</summary>
public sealed class IdempotencyModelTests(IdempotencyHost api) : IClassFixture<IdempotencyHost>
{
    private const int Keys = 3;
    private const int Bodies = 3;

    [Fact]
    public void Any_order_of_retries_does_what_a_dictionary_of_keys_does()
    {
        var steps =
            from person in Gen.Choose(0, 1)
            from key in Gen.Choose(-1, Keys - 1)
            from body in Gen.Choose(0, Bodies - 1)
            select new Step(person, key, body);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(20),
            Prop.ForAll(steps.ArrayOf(12).ToArbitrary(), run => RunAsync(run).GetAwaiter().GetResult()));
    }

    private async Task RunAsync(IReadOnlyList<Step> steps)
    {
        using var owner = await api.CreateTenantAsync();
        using var member = await api.AddPersonAsync(owner.Slug, BuiltInRole.Member);
        var model = new Dictionary<(int Person, int Key), (int Body, Seen Answer)>();
        var made = new List<string>();
        foreach (var step in steps)
        {
            var title = $"Body {step.Body}";
            var seen = await SeeAsync(step.Person == 0 ? owner : member, "/todos", new { title }, step.Key < 0 ? [] : [$"key-{step.Key}"]);
            if (step.Key >= 0 && model.TryGetValue((step.Person, step.Key), out var known))
            {
                seen.ShouldBe(known.Body == step.Body ? known.Answer with { IsReplayed = true } : seen with { Status = 422, IsReplayed = false }, string.Join(", ", steps));
                continue;
            }

            (seen.Status, seen.IsReplayed).ShouldBe((201, false), string.Join(", ", steps));
            made.Add(title);
            if (step.Key >= 0)
            {
                model[(step.Person, step.Key)] = (step.Body, seen);
            }
        }

        (await api.TitlesAsync(owner)).ShouldBe(made.Order(StringComparer.Ordinal));
    }

    private sealed record Step(int Person, int Key, int Body);
}
