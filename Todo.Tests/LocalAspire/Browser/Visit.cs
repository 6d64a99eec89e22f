using Microsoft.Playwright;

namespace Todo.Tests.LocalAspire.Browser;

/// <summary>A browser window, and what went wrong in it.</summary>
internal sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _problems = [];

    public Visit(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) => Note(message.Type is "error" or "warning", $"{message.Type}: {message.Text} ({message.Location})");
        page.PageError += (_, error) => Note(true, "not caught: " + error);
        page.Response += (_, response) => Note(response.Status >= 500, $"{response.Status} {response.Url}");
    }

    public IPage Page { get; }

    /// <summary>Follows a link that opens a window of its own.</summary>
    public async Task<IPage> FollowAsync(ILocator link)
    {
        var page = await _context.RunAndWaitForPageAsync(() => link.ClickAsync());
        page.Console += (_, message) => Note(message.Type is "error" or "warning", $"{message.Type}: {message.Text} ({page.Url})");
        page.PageError += (_, error) => Note(true, "not caught: " + error);
        await page.WaitForLoadStateAsync();
        return page;
    }

    /// <summary>Whatever is on the page now can be used and read by everybody, in the light and in the dark.</summary>
    public async Task ShouldBeAccessibleAsync()
    {
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            var found = await Accessibility.FindProblemsAsync(Page);
            found.ShouldBeEmpty($"{Page.Url}, {Page.ViewportSize!.Width} px wide, {scheme}");
        }
    }

    /// <summary>Nothing was said in the console, and no script failed.</summary>
    public void ShouldHaveNoProblems()
    {
        lock (_problems)
        {
            _problems.ShouldBeEmpty(Page.Url);
        }
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private void Note(bool isProblem, string text)
    {
        if (isProblem)
        {
            lock (_problems)
            {
                _problems.Add(text);
            }
        }
    }
}
