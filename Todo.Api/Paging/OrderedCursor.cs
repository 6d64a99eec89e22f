using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Todo.Api.Paging;

/// <summary>Where a page starts in an order that is not that of ids: the last row's value of what it is ordered by, and its id, which decides between equal ones.</summary>
/// <param name="Value">As text; null: that row had none.</param>
/// <param name="Id">The last row's id.</param>
public readonly record struct OrderedCursor(string? Value, Guid Id) : IParsable<OrderedCursor>
{
    // Longer than any value that a page is ordered by, in base 64.
    private const int MaxLength = 3_000;
    private const int IdLength = 16;

    /// <summary>The text of a cursor after this row.</summary>
    public static string Encode(string? value, Guid id) =>
        Base64Url.EncodeToString([.. id.ToByteArray(bigEndian: true), .. value is null ? (byte[])[] : [1, .. Encoding.UTF8.GetBytes(value)]]);

    /// <inheritdoc/>
    public static OrderedCursor Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var cursor) ? cursor : throw new FormatException("Not a cursor of ours.");

    /// <inheritdoc/>
    public static bool TryParse(string? s, IFormatProvider? provider, out OrderedCursor result)
    {
        result = default;
        if (s is not { Length: > 0 and <= MaxLength })
        {
            return false;
        }

        var bytes = new byte[s.Length];
        if (Base64Url.DecodeFromChars(s, bytes, out _, out var written) != OperationStatus.Done || written < IdLength || (written > IdLength && bytes[IdLength] != 1))
        {
            return false;
        }

        var value = written == IdLength ? null : Encoding.UTF8.GetString(bytes.AsSpan((IdLength + 1)..written));
        if (value?.Contains('\0', StringComparison.Ordinal) == true)
        {
            return false;
        }

        result = new OrderedCursor(value, new Guid(bytes.AsSpan(0, IdLength), bigEndian: true));
        return true;
    }
}
