using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalAspire.Dashboard.Pages;

/// <summary>
/// The pages: each is the same frame around a part of its own, and a script that fills it from the JSON under /api. Everything they need
/// is in this assembly; nothing is fetched from elsewhere.
/// </summary>
internal sealed class PageLayout(string applicationName)
{
    private static readonly (string Path, string Page, string Title)[] Pages =
    [
        ("/", "resources", "Resources"),
        ("/console", "console", "Console"),
        ("/logs", "logs", "Logs"),
        ("/traces", "traces", "Traces"),
        ("/metrics", "metrics", "Metrics"),
    ];

    private static readonly Dictionary<string, string> Types = new()
    {
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    public void Map(IEndpointRouteBuilder app)
    {
        foreach (var (path, page, title) in Pages)
        {
            var html = Frame(page, title, Text(page + ".html"));
            app.MapGet(path, context => WriteAsync(context, "text/html; charset=utf-8", html));
        }

        foreach (var name in typeof(PageLayout).Assembly.GetManifestResourceNames())
        {
            if (Types.TryGetValue(Path.GetExtension(name), out var type))
            {
                app.MapGet("/assets/" + name, context => WriteAsync(context, type, Text(name)));
            }
        }
    }

    public Task WriteLoginAsync(HttpContext context, bool isWrong)
    {
        var html = Text("login.html")
            .Replace("{{application}}", WebUtility.HtmlEncode(applicationName), StringComparison.Ordinal)
            .Replace("{{wrong}}", isWrong ? "<p class=\"problem\" role=\"alert\">That is not the token of this run. Each start has a new one.</p>" : "", StringComparison.Ordinal);
        return WriteAsync(context, "text/html; charset=utf-8", html);
    }

    private string Frame(string page, string title, string content)
    {
        var links = string.Concat(Pages.Select(other =>
            $"<a href=\"{other.Path}\"{(other.Page == page ? " aria-current=\"page\"" : "")}>{other.Title}</a>"));
        return Text("frame.html")
            .Replace("{{application}}", WebUtility.HtmlEncode(applicationName), StringComparison.Ordinal)
            .Replace("{{title}}", title, StringComparison.Ordinal)
            .Replace("{{links}}", links, StringComparison.Ordinal)
            .Replace("{{content}}", content, StringComparison.Ordinal)
            .Replace("{{page}}", page, StringComparison.Ordinal);
    }

    private static Task WriteAsync(HttpContext context, string type, string text)
    {
        context.Response.ContentType = type;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    private static string Text(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The dashboard's assembly holds no {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
