using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Audit;

/// <summary>What something was done to.</summary>
/// <param name="Kind">What kind of thing, such as <c>user</c>.</param>
/// <param name="Id">The thing; null if it has no id.</param>
/// <param name="Name">Its name at the time.</param>
public sealed record AuditSubject(string Kind, Guid? Id, string? Name)
{
    /// <summary>A person.</summary>
    public static AuditSubject Of(User user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return new AuditSubject("user", user.Id, user.Name);
    }

    /// <summary>A role.</summary>
    public static AuditSubject Of(Role role)
    {
        ArgumentNullException.ThrowIfNull(role);
        return new AuditSubject("role", role.Id, role.Name);
    }

    /// <summary>A group.</summary>
    public static AuditSubject Of(Group group)
    {
        ArgumentNullException.ThrowIfNull(group);
        return new AuditSubject("group", group.Id, group.Name);
    }

    /// <summary>A machine's key.</summary>
    public static AuditSubject Of(ApiKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new AuditSubject("api_key", key.Id, key.Name);
    }

    /// <summary>A guest's link.</summary>
    public static AuditSubject Of(GuestLink link)
    {
        ArgumentNullException.ThrowIfNull(link);
        return new AuditSubject("guest_link", link.Id, link.Name);
    }

    /// <summary>An address for a calendar program.</summary>
    public static AuditSubject Of(CalendarFeed feed)
    {
        ArgumentNullException.ThrowIfNull(feed);
        return new AuditSubject("calendar_feed", feed.Id, feed.Name);
    }

    /// <summary>A file.</summary>
    public static AuditSubject Of(StoredFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new AuditSubject("file", file.Id, file.Name);
    }
}

/// <summary>Who did it.</summary>
/// <param name="Kind">What kind of caller.</param>
/// <param name="Id">The person, key or link; null for operators and the system.</param>
/// <param name="Name">The name at the time.</param>
public sealed record AuditActor(ActorKind Kind, Guid? Id, string Name)
{
    /// <summary>A person who is not signed in, but has proven to be that one.</summary>
    public static AuditActor Of(User user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return new AuditActor(ActorKind.User, user.Id, user.Name);
    }
}
