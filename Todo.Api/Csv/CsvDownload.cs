using CsvHelper;
using Todo.Api.Users;

namespace Todo.Api.Csv;

/// <summary>A CSV file (RFC 4180, UTF-8) as an answer, written row by row while it is sent, so that its size costs no memory. Text that a spreadsheet would take for a formula is made harmless.</summary>
internal sealed class CsvDownload : IAsyncDisposable
{
    /// <summary>Its media type.</summary>
    public const string ContentType = "text/csv";

    private readonly CsvWriter _csv;

    private CsvDownload(CsvWriter csv) => _csv = csv;

    /// <summary>Begins the answer. What may be refused has been by then.</summary>
    public static async Task<CsvDownload> BeginAsync(HttpContext context, string fileName, CancellationToken cancellationToken, params string[] columns)
    {
        context.Response.ContentType = ContentType + "; charset=utf-8";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{fileName}\"";
        var file = new CsvDownload(CsvWriter.Create(context.Response.Body, CsvWriterOptions.Default, leaveOpen: true));
        await file.WriteAsync(cancellationToken, columns);
        return file;
    }

    /// <summary>Writes a row.</summary>
    public ValueTask WriteAsync(CancellationToken cancellationToken, params ReadOnlySpan<string?> fields)
    {
        foreach (var field in fields)
        {
            _csv.WriteField(FormulaText.Neutralize(field ?? ""));
        }

        return _csv.EndRecordAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _csv.DisposeAsync();
}
