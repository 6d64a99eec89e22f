using System.Reflection;
using System.Reflection.Emit;
using System.Text.Json.Nodes;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration.UserSecrets;

namespace Todo.Tests.LocalAspire;

public sealed class ParameterTests : IDisposable
{
    private readonly string _id = $"todo-tests-{Guid.NewGuid():N}";

    private string Secrets => PathHelper.GetSecretsPathFromSecretsId(_id);

    public void Dispose()
    {
        if (File.Exists(Secrets))
        {
            Directory.Delete(Path.GetDirectoryName(Secrets)!, recursive: true);
        }
    }

    [Fact]
    public void A_generated_value_is_kept_beside_other_secrets()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Secrets)!);
        File.WriteAllText(Secrets, """{ "Other": "kept" }""");

        var first = Generated().GetDefaultValue();
        var second = Generated().GetDefaultValue();

        first.Length.ShouldBe(32);
        second.ShouldBe(first);
        var stored = JsonNode.Parse(File.ReadAllText(Secrets))!;
        stored["Parameters:operator-key"]!.GetValue<string>().ShouldBe(first);
        stored["Other"]!.GetValue<string>().ShouldBe("kept");
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(Secrets).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public void A_secrets_file_that_cannot_be_read_is_left_as_it_is()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Secrets)!);
        File.WriteAllText(Secrets, "not json");

        Generated().GetDefaultValue().Length.ShouldBe(32);

        File.ReadAllText(Secrets).ShouldBe("not json");
    }

    [Fact]
    public void A_generated_value_has_the_characters_asked_for()
    {
        var value = new GenerateParameterDefault { MinLength = 200, Lower = false, Special = false, MinNumeric = 150 }.GetDefaultValue();

        value.Length.ShouldBe(200);
        value.ShouldAllBe(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c));
        value.Count(char.IsAsciiDigit).ShouldBeGreaterThanOrEqualTo(150);
        Should.Throw<InvalidOperationException>(
            () => new GenerateParameterDefault { Lower = false, Upper = false, Numeric = false, Special = false }.GetDefaultValue());
    }

    [Fact]
    public async Task Configuration_goes_before_generation()
    {
        await using var sample = new SampleApplication("--Parameters:operator_key=given");
        var key = sample.Builder.AddParameter("operator-key", new GenerateParameterDefault { MinLength = 32 }, secret: true);

        (await key.Resource.GetValueAsync(sample.Patience)).ShouldBe("given");
    }

    private UserSecretsParameterDefault Generated()
    {
        var appHost = AssemblyBuilder.DefineDynamicAssembly(new($"AppHost{Guid.NewGuid():N}"), AssemblyBuilderAccess.Run);
        appHost.SetCustomAttribute(new(typeof(UserSecretsIdAttribute).GetConstructor([typeof(string)])!, [_id]));
        return new((Assembly)appHost, "operator-key", new GenerateParameterDefault { MinLength = 32, Special = false });
    }
}
