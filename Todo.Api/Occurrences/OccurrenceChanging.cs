using Microsoft.EntityFrameworkCore;
using NodaTime;
using Npgsql;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Lists;
using Todo.Api.Paging;
using Todo.Api.Todos;
using Todo.Api.Work;
using Todo.Data.Tenants;
using Todo.Scheduling.Recurrence;

namespace Todo.Api.Occurrences;

/// <summary>
/// Changes single occurrences. The todo's version counts these changes too, so of two at once one is done first, and the other one sees it.
/// </summary>
internal sealed class OccurrenceChanging(TenantDbContext tenant, RequestIdentity identity, TodoChanging changing)
{
    private static readonly TimeSpan WidestOffset = TimeSpan.FromHours(36);

    /// <summary>
    /// Completes the occurrence that a todo is at, and takes it to the next one; the last one completes the todo. Of two who do so at once both have
    /// done the one.
    /// </summary>
    /// <param name="tenant">The tenant, which does not know the todo yet.</param>
    /// <param name="me">The person, as whose it counts.</param>
    /// <param name="actor">Who completes it, who needs not be told; null: a guest.</param>
    /// <param name="todo">As it was read.</param>
    /// <param name="versions">Which versions the caller accepts; null: any.</param>
    /// <param name="now">Now.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>Null: it is none that this person may change any more, or not at a version that is accepted.</returns>
    public static async Task<TodoItem?> CompleteCurrentAsync(
        TenantDbContext tenant, Guid me, Guid? actor, TodoItem todo, int[]? versions, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (id, seen) = (todo.Id, todo.Occurrence);
        while (true)
        {
            try
            {
                await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);
                tenant.Attach(todo);
                await CompleteAsync(tenant, me, actor, todo, now, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return todo;
            }
            catch (DbUpdateException exception) when (exception is DbUpdateConcurrencyException || IsRace(exception))
            {
                tenant.ChangeTracker.Clear();
            }

            var found = await ListAccess.Todos(tenant, me, ListRight.Write).AsNoTracking().SingleOrDefaultAsync(one => one.Id == id, cancellationToken);
            if (found is null || versions?.Contains(found.Version) == false || found.RecurrenceRule is null || found.CompletedAt is not null || found.Occurrence != seen)
            {
                return versions is null ? found : null;
            }

            todo = found;
        }
    }

    /// <summary>
    /// Does so in the caller's transaction: the log says that it was completed, nobody is at it any more, those whom it concerns are told, and for the
    /// next occurrence the work begins anew.
    /// </summary>
    /// <param name="tenant">The tenant, which tracks the todo.</param>
    /// <param name="me">The person, as whose it counts.</param>
    /// <param name="actor">Who completes it, who needs not be told; null: a guest.</param>
    /// <param name="todo">Is open, and repeats.</param>
    /// <param name="now">Now.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <param name="comment">What is said of it in the log.</param>
    /// <exception cref="DbUpdateException">Somebody was faster.</exception>
    public static async Task<WorkEntry> CompleteAsync(
        TenantDbContext tenant, Guid me, Guid? actor, TodoItem todo, DateTimeOffset now, CancellationToken cancellationToken, string? comment = null) =>
        (await CompleteAsync(tenant, me, actor, todo, await RowsAsync(tenant, todo, todo.Occurrence!.Value, now, cancellationToken), now, cancellationToken, comment)).Entry;

    /// <summary>Whether somebody else was the first to keep something of the same occurrence.</summary>
    public static bool IsRace(DbUpdateException exception) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "todo_occurrences_pkey" };

    /// <summary>Completes one occurrence, whichever it is. One that is done stays so.</summary>
    /// <exception cref="RefusedException">There is no such occurrence, or it can't be changed.</exception>
    public async Task<(TodoItem Todo, TodoOccurrence Row)> CompleteAsync(Guid id, OccurrenceKey key, HttpContext context, CancellationToken cancellationToken)
    {
        TodoOccurrence row = null!;
        var changed = await changing.EditAsync(id, context, async (todo, now) =>
        {
            var (original, rows) = await FindAsync(todo, key, now, cancellationToken);
            if (original == todo.Occurrence)
            {
                // Everything of it is saved here, so that nothing is left to say about a change.
                var done = todo.CompletedAt is null ? (await CompleteAsync(tenant, identity.UserId, identity.UserId, todo, rows, now, cancellationToken)).Row : null;
                row = done ?? rows.Find(one => one.Original == original) ?? new TodoOccurrence { TodoId = id, Original = original };
                return;
            }

            row = RowOf(tenant, todo, rows, original);
            if (row.CompletedAt is null)
            {
                RequireOpen(todo);
                (row.CompletedAt, row.CompletedBy, row.IsCancelled) = (now, identity.UserId, false);
            }
        }, cancellationToken);
        return (changed, row);
    }

    /// <summary>Moves, edits or leaves out one occurrence.</summary>
    /// <exception cref="RefusedException">There is no such occurrence, or it can't be changed so.</exception>
    public async Task<(TodoItem Todo, TodoOccurrence Row)> ChangeAsync(Guid id, OccurrenceKey key, OccurrenceChange change, HttpContext context, CancellationToken cancellationToken)
    {
        TodoOccurrence row = null!;
        var changed = await changing.EditAsync(id, context, async (todo, now) =>
        {
            var (original, rows) = await FindAsync(todo, key, now, cancellationToken);
            RequireOpen(todo);
            if (todo.RecurrenceMode == RecurrenceMode.Completion)
            {
                throw RefusedException.Conflict("Of what repeats after it was done there is only the occurrence that it is at: change the todo itself.");
            }

            row = RowOf(tenant, todo, rows, original);
            if (row.CompletedAt is not null)
            {
                throw RefusedException.Conflict("This occurrence is done. Take that back first, by deleting what is kept of it.");
            }

            Apply(todo, row, change);
            Settle(todo, row, rows, now);
            RemoveIfPlain(row);
        }, cancellationToken);
        return (changed, row);
    }

    /// <summary>Makes an occurrence again what the rule makes it: open, where it was, with the todo's title and notes.</summary>
    /// <exception cref="RefusedException">There is no such occurrence, or it can't be changed.</exception>
    public Task<TodoItem> ResetAsync(Guid id, OccurrenceKey key, HttpContext context, CancellationToken cancellationToken) => changing.EditAsync(id, context, async (todo, now) =>
    {
        var (original, rows) = await FindAsync(todo, key, now, cancellationToken);
        if (rows.Find(one => one.Original == original) is not { } row)
        {
            return;
        }

        RequireOpen(todo);
        var wasDone = row.CompletedAt is not null;
        (row.MovedTo, row.Title, row.Notes, row.IsCancelled, row.CompletedAt, row.CompletedBy) = (null, null, null, false, null, null);
        if (wasDone && (todo.RecurrenceMode == RecurrenceMode.Completion || original < todo.Occurrence))
        {
            // It was done by mistake, so it is the one that is to be done, even if its time has passed.
            Repetition.Place(todo, At(original, original));
        }
        else
        {
            Settle(todo, row, rows, now);
        }

        RemoveIfPlain(row);
    }, cancellationToken);

    // What matters from now on: to find the next one; and that of the occurrence that is asked for.
    private static Task<List<TodoOccurrence>> RowsAsync(TenantDbContext tenant, TodoItem todo, DateTime original, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (id, current, from) = (todo.Id, todo.Occurrence, DateTime.SpecifyKind((now - WidestOffset).UtcDateTime, DateTimeKind.Unspecified));
        return tenant.Occurrences.Where(one => one.TodoId == id && (one.Original >= from || one.MovedTo >= from || one.Original == original || one.Original == current))
            .OrderBy(one => one.Original).ToListAsync(cancellationToken);
    }

    // Whoever completes the occurrence that a todo is at does it here, in whatever way they came.
    private static async Task<(WorkEntry Entry, TodoOccurrence? Row)> CompleteAsync(
        TenantDbContext tenant, Guid me, Guid? actor, TodoItem todo, List<TodoOccurrence> rows, DateTimeOffset now, CancellationToken cancellationToken, string? comment = null)
    {
        var before = todo.State;
        var row = Complete(tenant, todo, rows, me, now);
        todo.WorkState = todo.CompletedAt is null ? WorkState.New : WorkState.Done;
        (todo.Version, todo.UpdatedAt) = (todo.Version + 1, now);
        var entry = new WorkEntry { Id = SortableId.At(now), TodoId = todo.Id, ActorId = actor, Action = WorkAction.Complete, FromState = before, ToState = todo.State, Comment = comment, At = now };
        tenant.WorkEntries.Add(entry);
        await tenant.SaveOrGiveUpAsync(cancellationToken);
        await WorkStatements.FollowCompletionAsync(tenant, actor, todo.Id, entry.Id, now, cancellationToken);
        return (entry, row);
    }

    // The last occurrence is the todo's own end, and no row.
    private static TodoOccurrence? Complete(TenantDbContext tenant, TodoItem todo, List<TodoOccurrence> rows, Guid me, DateTimeOffset now)
    {
        var (original, begins) = (todo.Occurrence!.Value, Repetition.LocalOf(todo, Repetition.AnchorOf(todo)!.Value));
        if (!Repetition.TryAdvance(todo, rows, now))
        {
            (todo.CompletedAt, todo.CompletedBy) = (now, me);
            return null;
        }

        var row = RowOf(tenant, todo, rows, original);
        (row.CompletedAt, row.CompletedBy, row.IsCancelled) = (now, me, false);
        row.MovedTo = begins == original ? null : begins;
        return row;
    }

    private static TodoOccurrence RowOf(TenantDbContext tenant, TodoItem todo, List<TodoOccurrence> rows, DateTime original)
    {
        if (rows.Find(one => one.Original == original) is { } known)
        {
            return known;
        }

        var row = new TodoOccurrence { TodoId = todo.Id, Original = original };
        tenant.Occurrences.Add(row);
        rows.Add(row);
        return row;
    }

    private static void Apply(TodoItem todo, TodoOccurrence row, OccurrenceChange change)
    {
        row.Title = change.Has(nameof(change.Title)) ? change.Title : row.Title;
        row.Notes = change.Has(nameof(change.Notes)) ? change.Notes : row.Notes;
        row.IsCancelled = change.Has(nameof(change.Cancelled)) ? change.Cancelled : row.IsCancelled;
        if (change.Title is { } title && string.IsNullOrWhiteSpace(title))
        {
            throw RefusedException.InvalidField("title", "A title needs more than white space.");
        }

        var (byStart, byDue) = (change.Has(nameof(change.Start)), change.Has(nameof(change.Due)));
        if (!byStart && !byDue)
        {
            return;
        }

        if (byStart && byDue)
        {
            throw RefusedException.InvalidField("due", "Say start or due; the other one moves with it.");
        }

        var (field, given, own) = byStart ? ("start", change.Start, todo.StartAt) : ("due", change.Due, todo.DueAt);
        if (given is not { } to)
        {
            row.MovedTo = null;
        }
        else if (own is not { } time)
        {
            throw RefusedException.InvalidField(field, byStart ? "The todo has no start. Move what is due." : "The todo is not due. Move its start.");
        }
        else if (to.IsDay != todo.IsAllDay)
        {
            throw RefusedException.InvalidField(field, todo.IsAllDay ? "The todo is on days: say a day." : "The todo is at times: say a moment.");
        }
        else
        {
            var distance = Repetition.LocalOf(todo, time) - Repetition.LocalOf(todo, Repetition.AnchorOf(todo)!.Value);
            var begins = Repetition.LocalOf(todo, to.In(todo.TimeZone)) - distance;
            row.MovedTo = begins == row.Original ? null : begins;
        }
    }

    // After a change to one occurrence the todo is at the first one that is open.
    private static void Settle(TodoItem todo, TodoOccurrence row, List<TodoOccurrence> rows, DateTimeOffset now)
    {
        var begins = row.MovedTo ?? row.Original;
        var at = Repetition.LocalOf(todo, Repetition.AnchorOf(todo)!.Value);
        if (row.IsCancelled)
        {
            if (row.Original == todo.Occurrence && !Repetition.TryAdvance(todo, rows, now))
            {
                throw RefusedException.Conflict("There is no occurrence after this one. Complete the todo, or delete it.");
            }
        }
        else if (row.Original == todo.Occurrence)
        {
            var own = At(row.Original, begins);
            var next = Repetition.Next(todo, rows, now);
            Repetition.Place(todo, next is { } other && other.Start < own.Start ? other : own);
        }
        else if (begins < at && Repetition.InstantOf(todo, begins).ToDateTimeOffset() >= now)
        {
            Repetition.Place(todo, At(row.Original, begins));
        }
    }

    private static Occurrence At(DateTime original, DateTime begins) => new(LocalDateTime.FromDateTime(original), LocalDateTime.FromDateTime(begins), default);

    private static void RequireOpen(TodoItem todo)
    {
        if (todo.CompletedAt is not null)
        {
            throw RefusedException.Conflict("The todo is completed, and with it all of its occurrences. Open it again first.");
        }
    }

    private void RemoveIfPlain(TodoOccurrence row)
    {
        if (row is { MovedTo: null, Title: null, Notes: null, IsCancelled: false, CompletedAt: null })
        {
            tenant.Occurrences.Remove(row);
        }
    }

    private async Task<(DateTime Original, List<TodoOccurrence> Rows)> FindAsync(TodoItem todo, OccurrenceKey key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (todo.RecurrenceRule is null)
        {
            throw RefusedException.NotFound("The todo does not repeat.");
        }

        var asked = key.Value;
        var found = asked == todo.Occurrence ? asked : Repetition.Find(todo, key)?.Original.ToDateTimeUnspecified();
        var original = found ?? asked;
        var rows = await RowsAsync(tenant, todo, original, now, cancellationToken);
        return found is not null || rows.Exists(one => one.Original == original)
            ? (original, rows)
            : throw RefusedException.NotFound($"The todo has no occurrence {key}.");
    }
}
