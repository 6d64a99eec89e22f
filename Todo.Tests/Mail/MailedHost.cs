using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using MimeKit;
using Todo.Tests.Api;
using Todo.Tests.Servers;

namespace Todo.Tests.Mail;

/// <summary>An API whose mail goes to a mail server of the test's own.</summary>
public partial class MailedHost : ApiHost
{
    private SmtpServer? _smtp;

    internal SmtpServer Smtp => _smtp ??= new SmtpServer();

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments =>
    [
        "--Mail:Smtp:Host=127.0.0.1", $"--Mail:Smtp:Port={Smtp.Port}", "--Mail:Smtp:Security=None", "--Mail:From=todo@todo.example", "--Mail:PublicUrl=https://app.todo.example/",
        "--Mail:Interval=00:00:00.1", "--Mail:FirstRetry=00:00:00.2", "--SignIn:AnswerTime=00:00:00.2", "--SignIn:AddressAttempts=1000",

        // Longer than any test takes.
        "--SignIn:FirstLock=00:10:00", "--SignIn:LongestLock=02:00:00", "--Logging:Console:LogLevel:Default=None",
    ];

    /// <inheritdoc/>
    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Smtp.DisposeAsync();
    }

    /// <summary>The newest mail for an address, once there are so many.</summary>
    internal async Task<MimeMessage> MailAsync(string address, int count = 1)
    {
        await Eventually.TrueAsync(() => Task.FromResult(Smtp.For(address).Count >= count));
        return Smtp.For(address)[^1];
    }

    /// <summary>Asks for a new password, and reads the token in the mail.</summary>
    internal async Task<string> ResetTokenAsync(string email)
    {
        var before = Smtp.For(email).Count;
        using var asked = await Anonymous.PostAsJsonAsync("/auth/password-reset", new { email });
        asked.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        return Token((await MailAsync(email, before + 1)).TextBody!);
    }

    /// <summary>The token in a mail's link.</summary>
    internal static string Token(string text) => Link().Match(text).Groups[1].Value;

    [GeneratedRegex("#token=([A-Za-z0-9_-]{64})")]
    private static partial Regex Link();
}
