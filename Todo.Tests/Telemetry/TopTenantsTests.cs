using Todo.Api.Traffic;

namespace Todo.Tests.Telemetry;

public sealed class TopTenantsTests
{
    private const int Most = 3;

    private readonly Clock _clock = new();

    [Fact]
    public void The_first_are_named_and_a_busier_one_takes_the_name_of_the_quietest_only_after_it_was_busier_for_a_while()
    {
        var top = new TopTenants(Most, _clock);
        var first = Tenants(Most);
        foreach (var tenant in first)
        {
            top.NameOf(tenant).ShouldBe(tenant.ToString());
        }

        var busy = Guid.NewGuid();
        Ask(top, busy, 1000).ShouldBe(TopTenants.Other);
        Ask(top, first[0], 100);
        Ask(top, first[1], 100);
        _clock.Advance(TopTenants.Window);
        top.NameOf(busy);
        top.NameOf(busy).ShouldBe(busy.ToString());
        top.NameOf(first[2]).ShouldBe(TopTenants.Other);
        top.NameOf(first[0]).ShouldBe(first[0].ToString());
    }

    [Fact]
    public void Two_that_are_about_equally_busy_do_not_take_turns()
    {
        var top = new TopTenants(1, _clock);
        var (one, two) = (Guid.NewGuid(), Guid.NewGuid());
        for (var minute = 0; minute < 60; minute++)
        {
            Ask(top, one, 100 + ((minute % 2) * 50)).ShouldBe(one.ToString());
            Ask(top, two, 150 - ((minute % 2) * 50)).ShouldBe(TopTenants.Other);
            _clock.Advance(TopTenants.Window);
        }
    }

    [Fact]
    public void However_many_come_and_go_the_names_that_were_ever_given_are_bounded()
    {
        var top = new TopTenants(Most, _clock);
        var names = new HashSet<string>();
        for (var minute = 0; minute < 500; minute++)
        {
            var tenant = Guid.NewGuid();
            names.Add(Ask(top, tenant, 1000));
            _clock.Advance(TopTenants.Window);
            names.Add(Ask(top, tenant, 1000));
        }

        names.Count.ShouldBeLessThanOrEqualTo((Most * TopTenants.ChangesFor) + 1);
        names.ShouldContain(TopTenants.Other);
    }

    private static Guid[] Tenants(int count) => [.. Enumerable.Range(0, count).Select(_ => Guid.NewGuid())];

    private static string Ask(TopTenants top, Guid tenant, int times)
    {
        var name = "";
        for (var i = 0; i < times; i++)
        {
            name = top.NameOf(tenant);
        }

        return name;
    }

    private sealed class Clock : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }
}
