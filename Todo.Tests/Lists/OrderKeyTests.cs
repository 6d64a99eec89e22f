using FsCheck;
using FsCheck.Fluent;
using Todo.Data.Tenants;

namespace Todo.Tests.Lists;

public sealed class OrderKeyTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 26, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Any_sequence_of_moves_keeps_a_strict_order_with_bounded_keys() => Prop.ForAll(
        Gen.Two(Gen.Choose(0, 1_000)).ListOf().ToArbitrary(),
        moves =>
        {
            // What was put last one after the other, as new things are; the order beside it is what people mean.
            var clock = Start;
            var keys = Enumerable.Range(0, 8).ToDictionary(item => item, _ => OrderKey.AtEnd(clock += TimeSpan.FromMilliseconds(1)));
            var order = keys.Keys.ToList();
            foreach (var (which, where) in moves)
            {
                var item = order[which % order.Count];
                order.Remove(item);
                var place = where % (order.Count + 1);
                string? lower = place == 0 ? null : keys[order[place - 1]], upper = place == order.Count ? null : keys[order[place]];

                // Clocks go back at times.
                clock += TimeSpan.FromMilliseconds((where % 5) - 1);
                if (OrderKey.Place(lower, upper, clock) is not { } key)
                {
                    return false;
                }

                order.Insert(place, item);
                keys[item] = key;
            }

            return keys.Values.All(key => key.Length <= OrderKey.MaxLength && key[^1] != '0')
                && keys.OrderBy(pair => pair.Value, StringComparer.Ordinal).Select(pair => pair.Key).SequenceEqual(order);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(200));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Squeezing_into_one_gap_goes_well_for_hundreds_of_times_and_then_says_so(bool first)
    {
        string lower = OrderKey.AtEnd(Start), upper = OrderKey.AtEnd(Start.AddSeconds(1));
        var times = 0;
        while (OrderKey.Place(lower, upper, Start) is { } key)
        {
            string.CompareOrdinal(lower, key).ShouldBeLessThan(0);
            string.CompareOrdinal(key, upper).ShouldBeLessThan(0);
            key.Length.ShouldBeLessThanOrEqualTo(OrderKey.MaxLength);
            (lower, upper) = first ? (lower, key) : (key, upper);
            times++;
        }

        times.ShouldBeInRange(400, 1_000);
    }

    [Fact]
    public void What_goes_to_an_end_time_and_again_makes_no_key_longer()
    {
        string first = OrderKey.Unplaced, last = OrderKey.Unplaced;
        for (var i = 1; i <= 10_000; i++)
        {
            var now = Start.AddMilliseconds(i);
            string start = OrderKey.Place(null, first, now)!, end = OrderKey.Place(last, null, now)!;
            string.CompareOrdinal(start, first).ShouldBeLessThan(0);
            string.CompareOrdinal(last, end).ShouldBeLessThan(0);
            (first, last) = (start, end);
        }

        first.Length.ShouldBe(12);
        last.Length.ShouldBe(12);
    }

    [Fact]
    public void Equal_neighbours_have_nothing_between_them() => OrderKey.Place(OrderKey.Unplaced, OrderKey.Unplaced, Start).ShouldBeNull();

    [Fact]
    public void An_order_that_is_spread_anew_lies_between_its_ends_with_room_everywhere()
    {
        string[] keys = [OrderKey.AtStart(Start), .. Enumerable.Range(1, 300).Select(OrderKey.Spread), OrderKey.AtEnd(Start)];
        keys.ShouldBe(keys.Order(StringComparer.Ordinal));
        keys.Zip(keys.Skip(1)).ShouldAllBe(pair => OrderKey.Place(pair.First, pair.Second, Start)!.Length <= 10);
    }
}
