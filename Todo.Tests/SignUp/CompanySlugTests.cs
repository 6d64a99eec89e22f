using FsCheck;
using FsCheck.Fluent;
using Todo.Api.SignUp;
using Todo.Tenancy.Catalog;

namespace Todo.Tests.SignUp;

public sealed class CompanySlugTests
{
    [Theory]
    [InlineData("Acme Tools, Inc.", "acme-tools-inc")]
    [InlineData("Łódź Śrubki Sp. z o.o.", "lodz-srubki-sp-z-oo")]
    [InlineData("Müller & Söhne – Straßenbau", "mueller-and-soehne-strassenbau")]
    [InlineData("L'Œuf d’Été", "loeuf-dete")]
    [InlineData("  --  ", "company")]
    [InlineData("株式会社", "company")]
    [InlineData("Admin", "admin-company")]
    [InlineData("X", "x-company")]
    public void A_companys_name_becomes_a_readable_slug(string name, string slug) => CompanySlug.Of(name).ShouldBe(slug);

    [Fact]
    public void Every_name_becomes_valid_slugs_that_differ() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Choose(1, 0x24f).Select(code => (char)code).ArrayOf().ToArbitrary(),
        letters =>
        {
            var candidates = CompanySlug.Candidates(CompanySlug.Of(new string(letters)), Guid.CreateVersion7());
            return candidates.All(TenantSlug.IsValid) && candidates.Distinct().Count() == candidates.Count;
        }));

    [Fact]
    public void All_countries_are_known()
    {
        CountryCodes.Count.ShouldBe(249);
        foreach (var code in new[] { "DE", "FR", "PL", "GB", "US" })
        {
            CountryCodes.Contains(code).ShouldBeTrue(code);
        }
    }
}
