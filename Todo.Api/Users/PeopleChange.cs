using System.Data;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Todo.Api.Audit;
using Todo.Api.Errors;
using Todo.Api.Idempotency;
using Todo.Api.Identity;
using Todo.Api.Roles;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Catalog;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Users;

/// <summary>Begins changes of a tenant's people.</summary>
internal sealed class PeopleChanges(NpgsqlDataSource dataSource, RequestTransaction request, RequestIdentity identity, AuditLog audit, OpenSessions sessions, TimeProvider clock)
{
    /// <summary>A change that the caller makes in the caller's tenant.</summary>
    public async Task<PeopleChange> BeginAsync(CancellationToken cancellationToken)
    {
        var change = await BeginAsync(identity.Schema, cancellationToken);
        try
        {
            change.Tenant.Actor = identity.Actor;
            change.Caller = await Authority.OfCallerAsync(change.Tenant, identity, cancellationToken);
            return change;
        }
        catch
        {
            await change.DisposeAsync();
            throw;
        }
    }

    /// <summary>A change that somebody makes who is not signed in.</summary>
    public Task<PeopleChange> BeginAsync(TenantSchema schema, CancellationToken cancellationToken) => PeopleChange.BeginAsync(dataSource, request, schema, audit, sessions, clock, cancellationToken);
}

/// <summary>
/// One change of a tenant's people: their rows, the sign-in directory, mails and the audit log in one transaction, and one after the other in
/// each tenant (<see cref="PeopleLock"/>), so that what it has counted stays so. Disposed without <see cref="CommitAsync"/>, nothing happened.
/// </summary>
/// <remarks>If the request has a transaction already, the change is a part of that.</remarks>
internal sealed class PeopleChange : IAsyncDisposable
{
    private const string Savepoint = "people";

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly RequestTransaction _request;
    private readonly bool _isJoined;
    private readonly AuditLog _audit;
    private readonly OpenSessions _sessions;
    private readonly TenantSchema _schema;
    private readonly List<IssuedTokens> _ended = [];
    private readonly List<Guid> _changed = [];
    private Authority? _caller;
    private bool _isCommitted;

    private PeopleChange(
        NpgsqlConnection connection, NpgsqlTransaction transaction, RequestTransaction request, TenantSchema schema, AuditLog audit, OpenSessions sessions, DateTimeOffset now)
    {
        (_connection, _transaction, _request, _schema, _audit, _sessions, Now) = (connection, transaction, request, schema, audit, sessions, now);
        _isJoined = transaction == request.Current;
        Tenant = TenantPeople.Join(transaction, schema);
        Catalog = CatalogDbContext.Join(transaction);
    }

    public TenantDbContext Tenant { get; }

    public CatalogDbContext Catalog { get; }

    public Guid TenantId => _schema.TenantId;

    /// <summary>The time of everything in this change.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>What the caller may do.</summary>
    public Authority Caller
    {
        get => _caller ?? throw new InvalidOperationException("Nobody is signed in for this change.");
        set => _caller = value;
    }

    public static async Task<PeopleChange> BeginAsync(
        NpgsqlDataSource dataSource, RequestTransaction request, TenantSchema schema, AuditLog audit, OpenSessions sessions, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamptz();
        if (request.Current is { } current)
        {
            await current.SaveAsync(Savepoint, cancellationToken);
            var part = new PeopleChange(current.Connection!, current, request, schema, audit, sessions, now);
            await PeopleLock.TakeAsync(part.Tenant, cancellationToken);
            return part;
        }

        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        PeopleChange? change = null;
        try
        {
            change = new PeopleChange(connection, await connection.BeginTransactionAsync(cancellationToken), request, schema, audit, sessions, now);
            await PeopleLock.TakeAsync(change.Tenant, cancellationToken);
            return change;
        }
        catch
        {
            await (change?.DisposeAsync() ?? connection.DisposeAsync());
            throw;
        }
    }

    /// <summary>The person, of whom the caller may decide.</summary>
    public async Task<User> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        var user = await Tenant.Users.SingleOrDefaultAsync(person => person.Id == id, cancellationToken) ?? throw RefusedException.NotFound("There is no such person.");
        await Caller.RequireReachAsync(Tenant, user.RoleId, cancellationToken);
        return user;
    }

    /// <summary>Checks that the tenant has an owner, who can sign in, without this person.</summary>
    public async Task RequireAnotherOwnerAsync(User user, CancellationToken cancellationToken)
    {
        var id = user.Id;
        if (user.RoleId == BuiltInRole.Owner && !await Tenant.Users.Where(User.MaySignIn).AnyAsync(
            other => other.RoleId == BuiltInRole.Owner && other.Id != id, cancellationToken))
        {
            throw RefusedException.Conflict($"{user.Name} is the last owner who can sign in. Make somebody else an owner first.");
        }
    }

    /// <summary>Has a mail sent once this is committed.</summary>
    public void Mail(Guid userId, string template) => Catalog.OutgoingMail.Add(OutgoingMail.To(TenantId, userId, template, Now));

    /// <summary>Writes down what is done.</summary>
    public void Record(string action, AuditSubject subject, JsonObject? details = null, AuditActor? actor = null) => _audit.Add(Tenant, action, subject, details, actor);

    /// <summary>Signs the person out everywhere; their keys and guests' links are looked up anew, and refused while they may not sign in.</summary>
    public async Task EndSessionsAsync(Guid userId, CancellationToken cancellationToken) => _ended.Add(await OpenSessions.DeleteAllAsync(Tenant, userId, cancellationToken));

    /// <summary>Lets what changed about the person be seen by open sessions, keys and guests' links.</summary>
    public void RefreshSessions(Guid userId) => _changed.Add(userId);

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        await Tenant.SaveChangesAsync(cancellationToken);
        await Catalog.SaveChangesAsync(cancellationToken);
        _isCommitted = true;
        if (!_isJoined)
        {
            await _transaction.CommitAsync(cancellationToken);

            // Given back first: nobody holds one connection while waiting for another.
            await _connection.CloseAsync();
        }

        await _request.AfterCommitAsync(AnnounceAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await Tenant.DisposeAsync();
        await Catalog.DisposeAsync();
        if (!_isJoined)
        {
            await _transaction.DisposeAsync();
            await _connection.DisposeAsync();
        }
        else if (!_isCommitted && _connection.State == ConnectionState.Open)
        {
            await _transaction.RollbackAsync(Savepoint);
        }
    }

    private async Task AnnounceAsync()
    {
        foreach (var ended in _ended)
        {
            await _sessions.ForgetAsync(_schema, ended);
        }

        if (_changed.Count > 0)
        {
            await _sessions.RefreshAsync(_schema, user => _changed.Contains(user.Id));
        }
    }
}
