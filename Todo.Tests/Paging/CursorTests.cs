using FsCheck;
using FsCheck.Fluent;
using Todo.Api.Paging;

namespace Todo.Tests.Paging;

public sealed class CursorTests
{
    [Fact]
    public void A_page_starts_after_the_id_that_its_cursor_was_made_of() => Check.QuickThrowOnFailure(Prop.ForAll<Guid>(id =>
        Cursor.TryParse(Cursor.Encode(id), null, out var read) && read.After == id));

    [Fact]
    public void A_page_in_another_order_starts_after_the_value_and_the_id_that_its_cursor_was_made_of() => Check.QuickThrowOnFailure(Prop.ForAll(
        Values().Zip(ArbMap.Default.GeneratorFor<Guid>()).ToArbitrary(),
        row =>
        {
            var (value, id) = row;
            return OrderedCursor.TryParse(OrderedCursor.Encode(value, id), null, out var read) && read == new OrderedCursor(value, id);
        }));

    [Fact]
    public void No_text_breaks_the_reading_and_nothing_is_read_that_a_column_could_not_hold() => Check.QuickThrowOnFailure(Prop.ForAll(Texts().ToArbitrary(), text =>
    {
        _ = Cursor.TryParse(text, null, out _);
        return !OrderedCursor.TryParse(text, null, out var ordered) || ordered.Value?.Contains('\0', StringComparison.Ordinal) != true;
    }));

    private static Gen<string> Texts() => Gen.OneOf(
        ArbMap.Default.GeneratorFor<string>(),
        Gen.Choose(1, 80).SelectMany(length => Gen.Elements("AAAAQwz09-_".ToCharArray()).ArrayOf(length)).Select(letters => new string(letters)));

    // What a column of text can hold: no zero character and no half of a pair.
    private static Gen<string?> Values() => Gen.OneOf(
        Gen.Constant((string?)null),
        Gen.Constant((string?)""),
        ArbMap.Default.GeneratorFor<string>().Where(text => text is not null && !text.Contains('\0', StringComparison.Ordinal) && !text.Any(char.IsSurrogate)).Select(text => (string?)text),
        Gen.Choose(1, 500).Select(length => (string?)string.Concat(Enumerable.Repeat("€", length))));
}
