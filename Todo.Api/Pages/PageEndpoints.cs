using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.StaticFiles;

namespace Todo.Api.Pages;

/// <summary>Pages of ours: a folder of files in the assembly for each, answered from memory. A page holds nothing that is worth hiding: what it shows, it asks the API for.</summary>
internal static class PageEndpoints
{
    // No script or style stands in a page, nothing comes from elsewhere, and no text can become markup.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
        + "require-trusted-types-for 'script'; trusted-types 'none'";

    private static readonly FileExtensionContentTypeProvider Types = new();

    /// <summary>Maps a page, and its other files below it in <c>assets</c>.</summary>
    /// <param name="app">The API.</param>
    /// <param name="path">Where the page is.</param>
    /// <param name="name">Its folder among the assembly's <c>pages</c>, and in that the name of the page itself.</param>
    /// <param name="fill">Fills the page in for a request; null: it is the same for all.</param>
    /// <exception cref="InvalidOperationException">The assembly has no such page.</exception>
    public static void MapPage(this IEndpointRouteBuilder app, string path, string name, Func<HttpContext, string, string>? fill = null)
    {
        var files = Read($"pages/{name}/");
        if (!files.Remove($"{name}.html", out var page))
        {
            throw new InvalidOperationException($"The assembly holds no page '{name}'.");
        }

        app.MapGet(path, (HttpContext context) => Show(context, fill is null ? page : fill(context, page))).AllowAnonymous().ExcludeFromDescription();
        foreach (var (file, text) in files)
        {
            var type = Types.TryGetContentType(file, out var known) ? $"{known}; charset=utf-8" : throw new InvalidOperationException($"Of what type is '{file}'?");
            app.MapGet($"{path}/assets/{file}", () => TypedResults.Text(text, type)).AllowAnonymous().ExcludeFromDescription();
        }
    }

    private static ContentHttpResult Show(HttpContext context, string page)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        context.Response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        return TypedResults.Text(page, "text/html; charset=utf-8");
    }

    private static Dictionary<string, string> Read(string folder)
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames().Where(name => name.StartsWith(folder, StringComparison.Ordinal)).ToDictionary(name => name[folder.Length..], name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        });
    }
}
