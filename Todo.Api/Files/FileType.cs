using System.Buffers;
using System.Text;

namespace Todo.Api.Files;

/// <summary>
/// What a file is, by its first bytes. What is said of it, by its name or whoever sends it, is no reason to believe it. Nothing that a browser would run is
/// among the answers: HTML, SVG and scripts are text.
/// </summary>
public static class FileType
{
    /// <summary>How many of the first bytes are looked at.</summary>
    public const int HeadBytes = 4096;

    private const string Unknown = "application/octet-stream";
    private const string Text = "text/plain";
    private const string Zip = "application/zip";
    private const string OpenDocument = "mimetypeapplication/vnd.oasis.opendocument.";

    // After these: where the name of a zip's first entry is, and where the kind of a RIFF or MP4 file is.
    private const int ZipName = 30;
    private const int RiffKind = 8;
    private const int BoxKind = 4;
    private const int BoxBrand = 8;

    // Of control characters those that texts have: tab, line feed, form feed, carriage return, escape.
    private static readonly SearchValues<byte> NotInText = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(value => (byte)value).Except("\t\n\f\r\e"u8.ToArray()), 0x7F]);

    /// <summary>The media type.</summary>
    /// <param name="head">The first <see cref="HeadBytes"/> bytes, or all that there are.</param>
    public static string Of(ReadOnlySpan<byte> head) => head switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => "image/png",
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [0x1F, 0x8B, 0x08, ..] => "application/gzip",
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, ..] => "application/x-ole-storage",
        [0x1A, 0x45, 0xDF, 0xA3, ..] => head[..Math.Min(head.Length, 64)].IndexOf("webm"u8) >= 0 ? "video/webm" : "video/x-matroska",
        [(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C, ..] => "application/x-7z-compressed",
        [0x49, 0x49, 0x2A, 0x00, ..] or [0x4D, 0x4D, 0x00, 0x2A, ..] => "image/tiff",
        [(byte)'P', (byte)'K', 0x03, 0x04, ..] => OfZip(head),
        [(byte)'P', (byte)'K', 0x05, 0x06, ..] => Zip,
        _ when head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8) => "image/gif",
        _ when head.StartsWith("%PDF-"u8) => "application/pdf",
        _ when head.StartsWith("OggS"u8) => "application/ogg",
        _ when head.StartsWith("fLaC"u8) => "audio/flac",
        _ when head.StartsWith("ID3"u8) => "audio/mpeg",
        _ when head.StartsWith("RIFF"u8) && Has(head, RiffKind, "WEBP"u8) => "image/webp",
        _ when head.StartsWith("RIFF"u8) && Has(head, RiffKind, "WAVE"u8) => "audio/wav",
        _ when Has(head, BoxKind, "ftyp"u8) => OfBrand(head),
        _ => IsText(head) ? Text : Unknown,
    };

    private static bool Has(ReadOnlySpan<byte> head, int at, ReadOnlySpan<byte> value) => head.Length >= at + value.Length && head[at..].StartsWith(value);

    private static string OfBrand(ReadOnlySpan<byte> head) =>
        Has(head, BoxBrand, "avif"u8) ? "image/avif"
        : Has(head, BoxBrand, "hei"u8) || Has(head, BoxBrand, "mif1"u8) ? "image/heic"
        : Has(head, BoxBrand, "M4A"u8) ? "audio/mp4"
        : Has(head, BoxBrand, "qt  "u8) ? "video/quicktime"
        : "video/mp4";

    // Documents are zip files. OpenDocument says so first thing (ODF 1.2 part 3, §3.3); of the others (ECMA-376 part 2) the first entries tell.
    private static string OfZip(ReadOnlySpan<byte> head)
    {
        if (Has(head, ZipName, Encoding.ASCII.GetBytes(OpenDocument)))
        {
            var kind = head[(ZipName + OpenDocument.Length)..];
            return kind.StartsWith("text"u8) ? "application/vnd.oasis.opendocument.text"
                : kind.StartsWith("spreadsheet"u8) ? "application/vnd.oasis.opendocument.spreadsheet"
                : kind.StartsWith("presentation"u8) ? "application/vnd.oasis.opendocument.presentation"
                : Zip;
        }

        return !Has(head, ZipName, "[Content_Types].xml"u8) && !Has(head, ZipName, "_rels/"u8) && !Has(head, ZipName, "docProps/"u8) ? Zip
            : head.IndexOf("word/"u8) >= 0 ? "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
            : head.IndexOf("xl/"u8) >= 0 ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            : head.IndexOf("ppt/"u8) >= 0 ? "application/vnd.openxmlformats-officedocument.presentationml.presentation"
            : Zip;
    }

    private static bool IsText(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty || head.ContainsAny(NotInText))
        {
            return false;
        }

        while (!head.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(head, out _, out var length);
            if (status != OperationStatus.Done)
            {
                // The head may end within a character.
                return status == OperationStatus.NeedMoreData;
            }

            head = head[length..];
        }

        return true;
    }
}
