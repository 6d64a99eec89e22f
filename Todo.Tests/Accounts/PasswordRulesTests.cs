using Todo.Data.Access;

namespace Todo.Tests.Accounts;

public sealed class PasswordRulesTests
{
    private static readonly string[] Own = ["Maria Nowak", "m.nowak@steelworks.example", "Northern Steelworks Ltd"];

    [Theory]
    [InlineData("correct horse battery")]
    [InlineData("my summer in Paris, 2019")]
    [InlineData("nowak has left the lighthouse")]
    [InlineData("kdjf83hf03hf")]
    [InlineData("ЖёлтыйПодсолнух")]
    public void A_password_that_nobody_would_guess_is_accepted(string password) => PasswordRules.Check(password, Own).ShouldBeNull();

    [Theory]
    [InlineData("short")]
    [InlineData("aaaaaaaaaaaa")]
    [InlineData("1234567890")]
    [InlineData("9876543210")]
    [InlineData("73519482650")]
    [InlineData("abcdefghijkl")]
    [InlineData("Password123")]
    [InlineData("P@ssw0rd2024!")]
    [InlineData("qwertyuiop")]
    [InlineData("QWERTY123456")]
    [InlineData("passwordpassword")]
    [InlineData("abcabcabcabc")]
    [InlineData("!!Sunshine!!")]
    [InlineData("MariaNowak1")]
    [InlineData("m.nowak@steelworks.example")]
    [InlineData("Steelworks2026")]
    public void What_is_tried_first_is_refused_and_the_person_is_told_why(string password) => PasswordRules.Check(password, Own).ShouldNotBeNullOrWhiteSpace();

    [Fact]
    public void A_password_has_a_longest_length_too() => PasswordRules.Check(string.Concat(Enumerable.Range(0, 60).Select(i => $"w{i} ")), []).ShouldNotBeNull();
}
