namespace Todo.Api.Paging;

/// <summary>
/// Ids whose order is the order of their times to the microsecond: UUID version 7 with the fraction of the millisecond in its first random
/// bits (RFC 9562 §6.2, method 3). <see cref="Guid.CreateVersion7()"/> alone leaves the order inside a millisecond to chance, and a page that
/// ends there could then miss what comes next.
/// </summary>
internal static class SortableId
{
    private const int FractionBits = 12;

    public static Guid At(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(time).TryWriteBytes(bytes, bigEndian: true, out _);
        var fraction = (time.Ticks % TimeSpan.TicksPerMillisecond << FractionBits) / TimeSpan.TicksPerMillisecond;
        bytes[6] = (byte)(0x70 | fraction >> 8);
        bytes[7] = (byte)fraction;
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>An id that is not after any of this millisecond's: where a range of ids begins that is one of times.</summary>
    public static Guid LowestAt(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(time).TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[6..].Clear();
        return new Guid(bytes, bigEndian: true);
    }
}
