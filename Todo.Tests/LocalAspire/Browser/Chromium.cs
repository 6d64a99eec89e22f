using Microsoft.Playwright;
using Todo.AppHost.Embedded;
using Todo.Tests.Servers;

namespace Todo.Tests.LocalAspire.Browser;

/// <summary>The browser of this machine. Nothing is fetched: Playwright's own driver came with its package, and the browser comes from the distribution.</summary>
internal static class Chromium
{
    /// <summary>How long Playwright waits for anything, in milliseconds.</summary>
    public static readonly float Patience = (float)Eventually.Patience.TotalMilliseconds;

    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

    public static Task<IBrowser> LaunchAsync(IPlaywright playwright) => playwright.Chromium.LaunchAsync(new()
    {
        ExecutablePath = Find(),
        Args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        Timeout = Patience,
    });

    private static string Find() => Names.Select(Command.Find).FirstOrDefault(file => file is not null) ?? throw new InvalidOperationException(
        "These tests look at the pages in a browser, and there is no Chromium on the PATH. Install it, then run them again: "
        + "'apt-get install chromium' on Debian, 'dnf install chromium' on Fedora, or Google Chrome.");
}
