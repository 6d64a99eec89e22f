using System.Buffers;
using System.Buffers.Text;
using System.Linq.Expressions;
using System.Text.Json.Serialization.Metadata;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace Todo.Api.Paging;

/// <summary>One page of a list.</summary>
/// <param name="Items">At most <c>limit</c> of them, in order.</param>
/// <param name="Next">The <c>cursor</c> of the next page; absent on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>
/// Keyset paging by id: a page starts after the last id of the page before. Ids are UUID version 7, so new rows come at the end, and
/// rows that come or go meanwhile neither shift nor repeat others.
/// </summary>
public static class Page
{
    /// <summary>The default for <c>limit</c>.</summary>
    public const int DefaultLimit = 50;

    /// <summary>The largest <c>limit</c>.</summary>
    public const int MaxLimit = 200;

    /// <summary>
    /// The first rows, with their number in the statement. Were it a parameter, PostgreSQL would think that a plan for whatever number costs more than one
    /// for this number, and plan each call anew (manual, PREPARE): of a large table that takes longer than the page.
    /// </summary>
    public static IQueryable<T> First<T>(IQueryable<T> rows, int count)
    {
        ArgumentNullException.ThrowIfNull(rows);
        Expression<Func<IQueryable<T>, IQueryable<T>>> first = all => all.Take(EF.Constant(count));
        return rows.Provider.CreateQuery<T>(ReplacingExpressionVisitor.Replace(first.Parameters[0], rows.Expression, first.Body));
    }

    /// <summary>Makes the page out of one row more than asked for, and adds <c>Link: …; rel="next"</c> (RFC 8288) if there is a next one.</summary>
    public static PageResult<T> Of<T>(List<T> rows, int limit, Func<T, Guid> id, JsonTypeInfo<Page<T>> type, HttpContext context) =>
        Of(rows, limit, row => Cursor.Encode(id(row)), type, context);

    /// <summary>The same for rows that are not in the order of their ids.</summary>
    /// <param name="rows">One more than asked for, if there are so many.</param>
    /// <param name="limit">What was asked for.</param>
    /// <param name="cursor">The cursor of the page that starts after a row.</param>
    /// <param name="type">From the source-generated context.</param>
    /// <param name="context">Of the answer.</param>
    public static PageResult<T> Of<T>(List<T> rows, int limit, Func<T, string> cursor, JsonTypeInfo<Page<T>> type, HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(cursor);
        ArgumentNullException.ThrowIfNull(context);
        if (rows.Count <= limit)
        {
            return new PageResult<T>(new Page<T>(rows, null), type);
        }

        rows.RemoveAt(limit);
        var next = cursor(rows[^1]);
        var query = context.Request.Query
            .Where(pair => pair.Key is not "cursor")
            .SelectMany(pair => pair.Value, (pair, value) => KeyValuePair.Create(pair.Key, value))
            .Append(KeyValuePair.Create("cursor", (string?)next));
        context.Response.Headers.Link = $"<{context.Request.Path}{QueryString.Create(query)}>; rel=\"next\"";
        return new PageResult<T>(new Page<T>(rows, next), type);
    }
}

/// <summary>Where a page starts; opaque to callers, read from the query string.</summary>
/// <param name="After">The last id of the page before; all zeros for the first page.</param>
public readonly record struct Cursor(Guid After) : IParsable<Cursor>
{
    private const int IdLength = 16;

    /// <summary>The text of a cursor after this id.</summary>
    public static string Encode(Guid after) => Base64Url.EncodeToString(after.ToByteArray(bigEndian: true));

    /// <inheritdoc/>
    public static Cursor Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var cursor) ? cursor : throw new FormatException("Not a cursor of ours.");

    /// <inheritdoc/>
    public static bool TryParse(string? s, IFormatProvider? provider, out Cursor result)
    {
        Span<byte> bytes = stackalloc byte[IdLength + 1];
        if (s is { Length: > 0 and <= 24 } && Base64Url.DecodeFromChars(s, bytes, out _, out var written) == OperationStatus.Done && written == IdLength)
        {
            result = new Cursor(new Guid(bytes[..IdLength], bigEndian: true));
            return true;
        }

        result = default;
        return false;
    }
}
