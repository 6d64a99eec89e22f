using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Todo.Api.Users;
using Todo.Tests.Api;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.People;

public sealed class UserFileTests(PeopleHost api) : IClassFixture<PeopleHost>
{
    [Theory]
    [InlineData("=HYPERLINK(\"http://evil.example\")")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("@SUM(A1)")]
    [InlineData("'=already")]
    [InlineData("'t Hooft, \"Gerard\"\r\nsecond line")]
    public async Task A_name_survives_export_and_import_and_is_no_formula_meanwhile(string name)
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.CreateTenantAsync();
        await InviteAsync(owner, name: name);
        var csv = await owner.GetStringAsync("/users/export");
        csv.ShouldStartWith("email,name,role,language,time_zone,");
        foreach (var danger in "=+-@")
        {
            csv.ShouldNotContain($",{danger}");
            csv.ShouldNotContain($",\"{danger}");
        }

        await OkAsync(ImportAsync(other, csv.Replace(",owner,", ",member,", StringComparison.Ordinal)));
        var schema = await api.SchemaAsync(other.Slug);
        (await api.ColumnAsync($"SELECT name FROM {schema}.users")).ShouldContain(name);
    }

    [Fact]
    public void Every_text_survives_being_made_harmless() => Prop.ForAll<NonNull<string>>(text =>
    {
        var written = FormulaText.Neutralize(text.Get);
        return FormulaText.Restore(written) == text.Get && (written.Length == 0 || !"=+-@\t\r\n".Contains(written[0], StringComparison.Ordinal));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task A_dry_run_changes_nothing_and_an_import_is_whole_or_not_at_all_with_the_line_of_each_mistake()
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        var before = await api.ContentAsync(schema.Name);
        var good = $"email,name,role\n{NewAddress(owner)},\"Two\nLines\",member\n{NewAddress(owner)},Gus Guest,guest\n";
        var dry = await OkAsync(ImportAsync(owner, good, dryRun: true));
        dry.GetProperty("people").GetInt32().ShouldBe(2);
        dry.GetProperty("invited").GetInt32().ShouldBe(0);

        var bad = good + $"nonsense,Nobody,member\n{NewAddress(owner)},,member\n{NewAddress(owner)},Rita,king\n{good.Split('\n')[1].Split(',')[0]},Again,guest\n";
        using var refused = await ImportAsync(owner, bad);
        var errors = (await refused.ShouldBeProblemAsync(HttpStatusCode.BadRequest)).GetProperty("errors");
        errors.EnumerateArray().Select(error => $"{error.GetProperty("line").GetInt32()} {error.GetProperty("column").GetString()}").ShouldBe(["5 email", "6 name", "7 role", "8 email"]);
        (await OkAsync(ImportAsync(owner, bad, dryRun: true))).GetProperty("errors").GetArrayLength().ShouldBe(4);
        (await api.ContentAsync(schema.Name)).ShouldBe(before);

        (await OkAsync(ImportAsync(owner, good))).GetProperty("invited").GetInt32().ShouldBe(2);
        (await api.ScalarAsync<long>($"SELECT count(*) FROM outgoing_mail WHERE tenant_id = '{schema.TenantId}' AND template = 'invitation'")).ShouldBe(2);
        using var again = await ImportAsync(owner, good);
        (await again.ShouldBeProblemAsync(HttpStatusCode.BadRequest)).GetProperty("errors").GetArrayLength().ShouldBe(2);
    }

    [Theory]
    [InlineData("")]
    [InlineData("name\nOnly Names\n")]
    [InlineData("email,name\n\"never closed")]
    public async Task A_file_that_is_no_list_of_people_is_answered_with_400(string csv)
    {
        using var owner = await api.CreateTenantAsync();
        using var response = await ImportAsync(owner, csv);
        await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_file_has_a_largest_size()
    {
        using var owner = await api.CreateTenantAsync();
        var many = new StringBuilder("email,name\n");
        for (var line = 0; line <= 5_000; line++)
        {
            many.Append(System.Globalization.CultureInfo.InvariantCulture, $"p{line}@many.example,P\n");
        }

        await RefusedAsync(ImportAsync(owner, many.ToString()), HttpStatusCode.BadRequest, "5000");
        using var huge = await ImportAsync(owner, "email,name\n" + new string('x', 2 * 1024 * 1024));
        await huge.ShouldBeProblemAsync(HttpStatusCode.RequestEntityTooLarge);
    }
}
