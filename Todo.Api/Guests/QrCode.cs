using QRCoder;

namespace Todo.Api.Guests;

/// <summary>An address as a QR code (ISO/IEC 18004), so robust that a quarter of it may be soiled.</summary>
internal static class QrCode
{
    private const int PixelsPerModule = 8;

    public static string Svg(string url)
    {
        using var data = Data(url);
        using var code = new SvgQRCode(data);
        return code.GetGraphic(PixelsPerModule);
    }

    public static byte[] Png(string url)
    {
        using var data = Data(url);
        using var code = new PngByteQRCode(data);
        return code.GetGraphic(PixelsPerModule);
    }

    private static QRCodeData Data(string url)
    {
        using var generator = new QRCodeGenerator();
        return generator.CreateQrCode(url, QRCodeGenerator.ECCLevel.Q);
    }
}
