using System.IO.Compression;
using System.Text;
using Todo.Api.Files;

namespace Todo.Tests.Files;

public sealed class FileTypeTests
{
    [Theory]
    [InlineData("89504E470D0A1A0A", "image/png")]
    [InlineData("FFD8FFE000104A464946", "image/jpeg")]
    [InlineData("474946383961", "image/gif")]
    [InlineData("524946460000000057454250", "image/webp")]
    [InlineData("524946460000000057415645", "audio/wav")]
    [InlineData("255044462D312E37", "application/pdf")]
    [InlineData("000000206674797069736F6D", "video/mp4")]
    [InlineData("00000020667479706D703432", "video/mp4")]
    [InlineData("0000001C6674797061766966", "image/avif")]
    [InlineData("0000001C6674797068656963", "image/heic")]
    [InlineData("1F8B0800", "application/gzip")]
    [InlineData("D0CF11E0A1B11AE1", "application/x-ole-storage")]
    [InlineData("7F454C46", "application/octet-stream")]
    [InlineData("4D5A9000", "application/octet-stream")]
    [InlineData("", "application/octet-stream")]
    [InlineData("FFFE61006200", "application/octet-stream")]
    [InlineData("89504E47", "application/octet-stream")]
    public void Known_beginnings_are_known(string hex, string expected) => FileType.Of(Convert.FromHexString(hex)).ShouldBe(expected);

    [Theory]
    [InlineData("Plain words,\r\n\tin two lines.\n", "text/plain")]
    [InlineData("Grüße, 世界 🎉", "text/plain")]
    [InlineData("\uFEFFWith a mark", "text/plain")]
    [InlineData("<!DOCTYPE html><script>alert(1)</script>", "text/plain")]
    [InlineData("<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "text/plain")]
    [InlineData("nul\0inside", "application/octet-stream")]
    public void Text_is_text_and_nothing_that_a_browser_runs(string text, string expected) => FileType.Of(Encoding.UTF8.GetBytes(text)).ShouldBe(expected);

    [Fact]
    public void Text_may_be_cut_within_a_character_and_may_not_be_wrong()
    {
        FileType.Of([.. "Grü"u8[..^1]]).ShouldBe("text/plain");
        FileType.Of([.. "Gr"u8, 0xC3, .. "e"u8]).ShouldBe("application/octet-stream");
        FileType.Of([.. "latin "u8, 0xFC, 0xE4, 0xF6]).ShouldBe("application/octet-stream");
    }

    [Theory]
    [InlineData("word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")]
    [InlineData("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
    [InlineData("ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation")]
    [InlineData("other.xml", "application/zip")]
    public void A_document_is_told_from_a_zip(string part, string expected) => FileType.Of(Zip(("[Content_Types].xml", "<Types/>"), (part, "<x/>"))).ShouldBe(expected);

    [Theory]
    [InlineData("application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text")]
    [InlineData("application/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.spreadsheet")]
    [InlineData("text/html", "application/zip")]
    public void So_is_one_that_says_what_it_is(string says, string expected) => FileType.Of(Zip(("mimetype", says), ("content.xml", "<x/>"))).ShouldBe(expected);

    private static byte[] Zip(params (string Name, string Text)[] entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in entries)
            {
                using var writer = new StreamWriter(zip.CreateEntry(name, CompressionLevel.NoCompression).Open());
                writer.Write(text);
            }
        }

        return stream.ToArray();
    }
}
