using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Todo.Api.Errors;

namespace Todo.Api.Files;

/// <summary>
/// A file as a request sends it: the body itself, or the one file in <c>multipart/form-data</c> (RFC 7578), as forms do. Neither is buffered.
/// </summary>
internal sealed class SentFile
{
    private const string Form = "multipart/form-data";
    private const int MaxBoundary = 70;
    private const int MaxFields = 16;

    // For what is around the file in a form.
    private const int FormBytes = 64 * 1024;

    private readonly MultipartReader? _form;

    private SentFile(string name, Stream body, long? length, byte[]? expected, MultipartReader? form) =>
        (Name, Body, Length, Expected, _form) = (name, body, length, expected, form);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its content.</summary>
    public Stream Body { get; }

    /// <summary>As many bytes as it has, or a few more; null: nobody says.</summary>
    public long? Length { get; }

    /// <summary>What its SHA-256 must be; null: nobody says.</summary>
    public byte[]? Expected { get; }

    /// <summary>Reads up to where the content begins.</summary>
    /// <param name="context">The request.</param>
    /// <param name="name">The file's name, if it is in the query.</param>
    /// <param name="max">The most bytes of a file.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RefusedException">400: it has no name, or is no form with a file. 413: it says that it is too large. 415: it is compressed.</exception>
    public static async Task<SentFile> ReadAsync(HttpContext context, string? name, long max, CancellationToken cancellationToken)
    {
        var request = context.Request;
        if (request.Headers.ContentEncoding.Count > 0)
        {
            throw new RefusedException(StatusCodes.Status415UnsupportedMediaType, "Send the file as it is, without Content-Encoding.");
        }

        var isForm = MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals(Form, StringComparison.OrdinalIgnoreCase);
        if (request.ContentLength > max + (isForm ? FormBytes : 0))
        {
            throw SentContent.TooLarge(max);
        }

        // Above what is counted here, so that it is said here what is too much.
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = max + (2 * FormBytes);
        return isForm
            ? await OfFormAsync(request, HeaderUtilities.RemoveQuotes(type!.Boundary).Value, name, cancellationToken)
            : new SentFile(
                FileName.Of(name ?? (ContentDispositionHeaderValue.TryParse(request.Headers.ContentDisposition.ToString(), out var sent) ? NameOf(sent) : null)),
                request.Body,
                request.ContentLength,
                DigestField.Expected(field => request.Headers[field]),
                form: null);
    }

    /// <summary>Reads what comes after the content.</summary>
    /// <exception cref="RefusedException">400: another file, or the form does not end.</exception>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        for (var fields = 0; _form is not null && await NextAsync(_form, cancellationToken) is { } section; fields++)
        {
            if (IsFile(section))
            {
                throw RefusedException.Invalid("Send one file at a time.");
            }

            await SkipAsync(section, fields, cancellationToken);
        }
    }

    /// <summary>Whether the body is to blame, and not whoever gave up.</summary>
    public static bool IsMalformed(Exception exception, CancellationToken cancellationToken) =>
        exception is InvalidDataException or (IOException and not BadHttpRequestException) && !cancellationToken.IsCancellationRequested;

    /// <summary>The answer to what can't be read.</summary>
    public static RefusedException Malformed() => RefusedException.Invalid("The body ends too early, or is no multipart/form-data.");

    private static async Task<SentFile> OfFormAsync(HttpRequest request, string? boundary, string? name, CancellationToken cancellationToken)
    {
        if (boundary is not { Length: > 0 and <= MaxBoundary })
        {
            throw Malformed();
        }

        if (DigestField.Expected(field => request.Headers[field]) is not null)
        {
            throw RefusedException.Invalid("This digest is of the whole form. Put the file's own among the header fields of its part.");
        }

        var form = new MultipartReader(boundary, request.Body);
        for (var fields = 0; await NextAsync(form, cancellationToken) is { } section; fields++)
        {
            if (IsFile(section))
            {
                var sent = FileName.Of(name ?? NameOf(ContentDispositionHeaderValue.Parse(section.ContentDisposition!)));

                // The whole form is a little more, but nothing that matters to a quota, and the rest is given back.
                return new SentFile(sent, section.Body, request.ContentLength, DigestField.Expected(field => section.Headers?.GetValueOrDefault(field) ?? default), form);
            }

            await SkipAsync(section, fields, cancellationToken);
        }

        throw RefusedException.Invalid("The form has no file: a part with a filename in its Content-Disposition.");
    }

    private static bool IsFile(MultipartSection section) => ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var sent) && NameOf(sent) is not null;

    // The one in UTF-8 first (RFC 6266 §4.3). Browsers send UTF-8 in the other one, which is what its text then is.
    private static string? NameOf(ContentDispositionHeaderValue sent) =>
        sent.FileNameStar.HasValue ? sent.FileNameStar.Value : sent.FileName.HasValue ? HeaderUtilities.UnescapeAsQuotedString(sent.FileName).Value : null;

    private static async Task<MultipartSection?> NextAsync(MultipartReader form, CancellationToken cancellationToken)
    {
        try
        {
            return await form.ReadNextSectionAsync(cancellationToken);
        }
        catch (Exception exception) when (IsMalformed(exception, cancellationToken))
        {
            throw Malformed();
        }
    }

    private static async Task SkipAsync(MultipartSection section, int fields, CancellationToken cancellationToken)
    {
        if (fields == MaxFields)
        {
            throw RefusedException.Invalid($"The form has more than {MaxFields} other fields.");
        }

        var (buffer, length) = (new byte[4096], 0);
        int read;
        while ((read = await section.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if ((length += read) > FormBytes)
            {
                throw RefusedException.Invalid("The form has a field that is too long.");
            }
        }
    }
}
