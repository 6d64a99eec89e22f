using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Todo.ServiceDefaults;

namespace Todo.Tests.ServiceDefaults;

public sealed class TodoDatabaseTests
{
    [Fact]
    public void What_the_connection_string_leaves_open_gets_our_defaults()
    {
        var connection = Connection("Host=db.example;Database=tododb");

        connection.MaxPoolSize.ShouldBe(8);
        connection.ConnectionLifetime.ShouldBe(600);
        connection.CommandTimeout.ShouldBe(15);
        connection.Timeout.ShouldBe(5);
        connection.NoResetOnClose.ShouldBeTrue();
        connection.MaxAutoPrepare.ShouldBe(256);
        connection.IncludeErrorDetail.ShouldBeFalse();
        connection.ApplicationName.ShouldBe("Todo.Tests");
    }

    [Theory]
    [InlineData("Maximum Pool Size=3;No Reset On Close=false;Max Auto Prepare=0;Command Timeout=60")]
    [InlineData("MaxPoolSize=3;NoResetOnClose=false;MaxAutoPrepare=0;CommandTimeout=60")]
    public void What_the_connection_string_says_wins(string said)
    {
        var connection = Connection($"Host=db.example;{said}", ("Database:MaxPoolSize", "20"));

        connection.MaxPoolSize.ShouldBe(3);
        connection.NoResetOnClose.ShouldBeFalse();
        connection.MaxAutoPrepare.ShouldBe(0);
        connection.CommandTimeout.ShouldBe(60);
    }

    [Fact]
    public void The_pool_size_and_the_name_come_from_configuration()
    {
        var connection = Connection("Host=db.example", ("Database:MaxPoolSize", "20"), ("OTEL_SERVICE_NAME", "api"));

        connection.MaxPoolSize.ShouldBe(20);
        connection.ApplicationName.ShouldBe("api");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1001")]
    [InlineData("many")]
    public void A_pool_size_that_makes_no_sense_is_refused_by_name(string size)
        => Should.Throw<InvalidOperationException>(() => Connection("Host=db.example", ("Database:MaxPoolSize", size)))
            .Message.ShouldContain("Database:MaxPoolSize");

    [Theory]
    [InlineData("Host=db.example;Sixe=9")]
    [InlineData("postgres://somebody:geheim@db.example/tododb")]
    public void A_malformed_connection_string_is_refused_by_name_without_being_shown(string text)
    {
        var message = Should.Throw<InvalidOperationException>(() => Connection(text)).Message;

        message.ShouldContain("ConnectionStrings:tododb");
        message.ShouldNotContain("geheim");
    }

    private static NpgsqlConnectionStringBuilder Connection(string text, params (string Key, string Value)[] configuration)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "Todo.Tests" });
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:tododb", text), .. configuration.Select(pair => new KeyValuePair<string, string?>(pair.Key, pair.Value))]);
        builder.AddTodoDatabase();
        using var host = builder.Build();
        return new(host.Services.GetRequiredService<NpgsqlDataSource>().ConnectionString);
    }
}
