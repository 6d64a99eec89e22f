using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Data.Tenants;

namespace Todo.Api.Lists;

/// <summary>Puts something into an order, wherever that is.</summary>
/// <typeparam name="T">What is ordered.</typeparam>
/// <param name="what">One of these, for people.</param>
/// <param name="noAnchor">What it says when there is nothing that it may be put beside, for people.</param>
/// <param name="others">All that is in the order but what is put into it.</param>
/// <param name="anchors">Those of them that it may be put beside.</param>
/// <param name="spreadAsync">Gives all of the order new keys, in the order that they are in: those from before there was an order, two that were put into one gap at once, or far too many in one gap.</param>
internal sealed class Placing<T>(string what, string noAnchor, IQueryable<T> others, IQueryable<T> anchors, Func<Task> spreadAsync)
    where T : class, IOrdered
{
    /// <summary>The key of something that is put somewhere.</summary>
    /// <exception cref="RefusedException">400: it may not stand there. 409: others move theirs there all the time.</exception>
    public async Task<string> PlaceAsync(Guid id, Placement position, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (position.Anchor == id)
        {
            throw RefusedException.Invalid($"A {what} can't stand beside itself.");
        }

        for (var isSpread = false; ; isSpread = true)
        {
            var gap = await FindGapAsync(position, cancellationToken) ?? throw RefusedException.Invalid(noAnchor);
            if (OrderKey.Place(gap.Lower, gap.Upper, now) is { } key)
            {
                return key;
            }

            if (isSpread)
            {
                throw RefusedException.Conflict($"Others move the {what}s there all the time. Try again.");
            }

            await spreadAsync();
        }
    }

    private async Task<Gap?> FindGapAsync(Placement position, CancellationToken cancellationToken)
    {
        if (position.Anchor is not { } anchor)
        {
            var ends = position.IsAfter
                ? others.OrderBy(other => other.Position).ThenBy(other => other.Id).Select(other => new Gap(null, other.Position))
                : others.OrderByDescending(other => other.Position).ThenByDescending(other => other.Id).Select(other => new Gap(other.Position, null));
            return await ends.FirstOrDefaultAsync(cancellationToken) ?? new Gap(null, null);
        }

        var found = anchors.Where(one => one.Id == anchor);
        return position.IsAfter
            ? await found.Select(one => new Gap(one.Position, others
                .Where(other => EF.Functions.GreaterThan(ValueTuple.Create(other.Position, other.Id), ValueTuple.Create(one.Position, one.Id)))
                .OrderBy(other => other.Position).ThenBy(other => other.Id).Select(other => other.Position).FirstOrDefault())).SingleOrDefaultAsync(cancellationToken)
            : await found.Select(one => new Gap(others
                .Where(other => EF.Functions.LessThan(ValueTuple.Create(other.Position, other.Id), ValueTuple.Create(one.Position, one.Id)))
                .OrderByDescending(other => other.Position).ThenByDescending(other => other.Id).Select(other => other.Position).FirstOrDefault(), one.Position)).SingleOrDefaultAsync(cancellationToken);
    }

    // The keys between which it is to stand; null: an end of the order.
    private sealed record Gap(string? Lower, string? Upper);
}
