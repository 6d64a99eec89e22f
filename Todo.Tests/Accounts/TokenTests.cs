using FsCheck;
using FsCheck.Fluent;
using Todo.Api.Identity;

namespace Todo.Tests.Accounts;

public sealed class TokenTests
{
    private const int Length = 64;

    [Fact]
    public void Whatever_the_tenant_a_token_is_read_as_it_was_made() => Check.QuickThrowOnFailure(Prop.ForAll<Guid>(tenant =>
    {
        var made = AccessToken.Create(tenant, out var text);
        return text.Length == Length && AccessToken.TryParse(text, out var read) == (tenant != Guid.Empty)
            && (tenant == Guid.Empty || (read.TenantId == tenant && read.Hash.AsSpan().SequenceEqual(made.Hash)));
    }));

    [Fact]
    public void A_token_with_one_other_character_is_another_or_none() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Choose(0, Length - 1).Zip(Gen.Elements("ABCXYZabcxyz0189-_ .+/=\n".ToCharArray())).ToArbitrary(),
        change =>
        {
            var (at, letter) = change;
            var made = AccessToken.Create(Guid.CreateVersion7(), out var text);
            var other = text[..at] + letter + text[(at + 1)..];
            return other == text || !AccessToken.TryParse(other, out var read) || !read.Hash.AsSpan().SequenceEqual(made.Hash);
        }));

    [Fact]
    public void No_text_breaks_the_reading() => Check.QuickThrowOnFailure(Prop.ForAll<string>(text =>
        text is null || !AccessToken.TryParse(text, out _) || text.Length == Length));
}
