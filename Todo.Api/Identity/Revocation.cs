using Microsoft.EntityFrameworkCore;
using Todo.Api.Audit;
using Todo.Data.Tenants;

namespace Todo.Api.Identity;

/// <summary>Revokes keys, links and addresses. Whoever revokes one then has its directory forget it.</summary>
internal static class Revocation
{
    /// <summary>Revokes it and writes that into the audit log, unless it is revoked already. Of two who do so at once one has done it.</summary>
    public static async Task RevokeAsync<T>(TenantDbContext tenant, T issued, AuditSubject subject, AuditLog audit, DateTimeOffset now, CancellationToken cancellationToken)
        where T : class, IRevocable
    {
        var id = issued.Id;
        await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);
        if (await tenant.Set<T>().Where(one => one.Id == id && one.RevokedAt == null)
            .ExecuteUpdateAsync(one => one.SetProperty(issue => EF.Property<DateTimeOffset?>(issue, nameof(IRevocable.RevokedAt)), now), cancellationToken) == 1)
        {
            audit.Add(tenant, subject.Kind + ".revoked", subject);
            await tenant.SaveChangesAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }
}
