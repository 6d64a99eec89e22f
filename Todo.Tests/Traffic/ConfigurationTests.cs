using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Todo.Api.Traffic;
using Todo.Tests.Embedded;

namespace Todo.Tests.Traffic;

public sealed class ConfigurationTests
{
    [Theory]
    [InlineData("Traffic:Policies:tenant:Rate=0", "'Traffic:Policies:tenant:Rate' must be from 1 to 10000 requests, not 0")]
    [InlineData("Traffic:Policies:tenant:Burst=-1", "'Traffic:Policies:tenant:Burst' must be from 0 to 100000 requests, not -1")]
    [InlineData("Traffic:Policies:tenant:Queue=10001", "'Traffic:Policies:tenant:Queue' must be from 0 to 10000 requests, not 10001")]
    [InlineData("Traffic:Policies:sign-in-account:Queue=6", "'Traffic:Policies:sign-in-account:Queue': the last of 6 requests would wait longer than 30 s")]
    [InlineData("Traffic:Policies:Tenant\";x:Rate=1", "a policy's name is 1 to 40 lower-case letters, digits and hyphens")]
    [InlineData("Traffic:Policies:tenant:Per=9", "Per is Second or Minute")]
    [InlineData("Traffic:Groups:sign-in:0=nobody", "'Traffic:Groups:sign-in' names the policy 'nobody', which is not among 'Traffic:Policies'")]
    [InlineData("Traffic:RedisPatience=00:01:00", "'Traffic:RedisPatience' must be from")]
    [InlineData("Traffic:TenantConcurrency=0", "'Traffic:TenantConcurrency' must be from 1 to 1000, not 0")]
    [InlineData("Traffic:TenantQueue=-1", "'Traffic:TenantQueue' must be from 0 to 10000, not -1")]
    public void A_wrong_configuration_stops_the_start_and_says_what_to_change(string setting, string message) =>
        Should.Throw<OptionsValidationException>(() => Todo.Api.Program.Build(["--ConnectionStrings:cache=127.0.0.1:1", "--" + setting])).Message.ShouldContain(message);

    [Theory]
    [InlineData("Traffic:Policies:tenant:Rate=many", "Traffic:Policies:tenant:Rate")]
    [InlineData("Traffic:Policies:tenant:Brust=1", "Brust")]
    public void A_misspelt_name_or_number_stops_the_start_and_is_named(string setting, string message) =>
        Should.Throw<InvalidOperationException>(() => Todo.Api.Program.Build(["--ConnectionStrings:cache=127.0.0.1:1", "--" + setting]))
            .ToString().ShouldContain(message);

    [Fact]
    public void The_groups_that_are_needed_can_not_be_left_out()
    {
        using var empty = new TemporaryFolder();
        string[] nothing = ["--ConnectionStrings:cache=127.0.0.1:1", "--contentRoot=" + empty.Root];
        Should.Throw<OptionsValidationException>(() => Todo.Api.Program.Build(nothing)).Message.ShouldContain("'Traffic:Groups:default' is missing");

        string[] three = [.. nothing, "--Traffic:Policies:any:Rate=1", .. LimitGroup.Always.Select(group => $"--Traffic:Groups:{group}:0=any")];
        var message = Should.Throw<InvalidOperationException>(() => Todo.Api.Program.Build(three)).Message;
        message.ShouldContain("'Traffic:Groups:sign-in' is missing");
        message.ShouldContain("POST /auth/login");
    }

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    public void One_subscriber_is_one_address(string one, string other, bool areSame)
    {
        var policy = new LimitPolicy("address", new PolicyOptions { Partition = PartitionKind.Address, Rate = 1 });
        string Key(string address) => Partitions.Keys([policy], new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(address) } }).Single().Key;
        (Key(one) == Key(other)).ShouldBe(areSame);
        Key(one).ShouldNotContain(one);
    }

    [Fact]
    public void Signing_in_and_up_are_under_the_strictest_of_the_policies_that_are_delivered()
    {
        var configuration = new ConfigurationBuilder().AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json")).Build();
        var options = configuration.GetSection(TrafficOptions.Section).Get<TrafficOptions>()!;
        var rates = options.Policies.ToDictionary(policy => policy.Key, policy => 1e6 / new LimitPolicy(policy.Key, policy.Value).Interval);
        var strict = ((string[])["sign-in", "sign-up", "password-reset"]).SelectMany(group => options.Groups[group]).ToHashSet();
        strict.Max(policy => rates[policy]).ShouldBeLessThan(rates.Where(rate => !strict.Contains(rate.Key)).Min(rate => rate.Value));
    }
}
