namespace Todo.Data.Access;

/// <summary>
/// The names of all permissions. An endpoint asks for one of them, a role holds some of them; the tenant migrations seed the
/// table, and a test holds the two together.
/// </summary>
public static class Permission
{
    /// <summary>See the people of the tenant.</summary>
    public const string UsersRead = "users.read";

    /// <summary>See todos and lists.</summary>
    public const string TodosRead = "todos.read";

    /// <summary>Create, change, complete and delete todos and lists.</summary>
    public const string TodosWrite = "todos.write";

    /// <summary>Make, change, merge and delete tags.</summary>
    public const string TagsWrite = "tags.write";

    /// <summary>See how long others worked.</summary>
    public const string WorkRead = "work.read";

    /// <summary>Invite, approve, change, deactivate, delete and restore people.</summary>
    public const string UsersWrite = "users.write";

    /// <summary>See roles and what they allow.</summary>
    public const string RolesRead = "roles.read";

    /// <summary>Make, change and delete roles.</summary>
    public const string RolesWrite = "roles.write";

    /// <summary>See groups and who is in them.</summary>
    public const string GroupsRead = "groups.read";

    /// <summary>Make, change and delete groups.</summary>
    public const string GroupsWrite = "groups.write";

    /// <summary>See the settings of the tenant.</summary>
    public const string SettingsRead = "settings.read";

    /// <summary>Change the settings of the tenant.</summary>
    public const string SettingsWrite = "settings.write";

    /// <summary>See who did what, and who signed in from where.</summary>
    public const string AuditRead = "audit.read";

    /// <summary>Make, see and revoke keys for machines.</summary>
    public const string ApiKeysManage = "api_keys.manage";

    /// <summary>Make, see and revoke links for guests.</summary>
    public const string GuestLinksManage = "guest_links.manage";

    /// <summary>Make, see, change and delete webhooks.</summary>
    public const string WebhooksManage = "webhooks.manage";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        UsersRead, UsersWrite, RolesRead, RolesWrite, GroupsRead, GroupsWrite, SettingsRead, SettingsWrite, AuditRead, ApiKeysManage, GuestLinksManage, WebhooksManage, TodosRead, TodosWrite, TagsWrite,
        WorkRead,
    ];
}
