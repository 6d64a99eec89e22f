namespace Todo.Api.Settings;

/// <summary>All settings that there are. A new one is a line here: it is then listed, checked and stored like the others.</summary>
/// <remarks>A person's own language and time zone are in the profile; here are those that new people start with.</remarks>
public static class KnownSettings
{
    /// <summary>The level of a notification that comes as a mail.</summary>
    public const string ByMail = "mail";

    /// <summary>The level of a notification that is shown where people work.</summary>
    public const string InApp = "app";

    /// <summary>The level of what nobody wants to hear of.</summary>
    public const string Never = "none";

    private const SettingScope Both = SettingScope.Tenant | SettingScope.Person;

    /// <summary>The language of people who say none.</summary>
    public static readonly SettingDefinition Language =
        SettingDefinition.Choice("language", SettingScope.Tenant, "The language of people who are invited without one.", "en", [.. Languages.All]);

    /// <summary>The time zone of people who say none.</summary>
    public static readonly SettingDefinition TimeZone =
        SettingDefinition.Zone("time_zone", SettingScope.Tenant, "The time zone of people who are invited without one.", "UTC");

    /// <summary>On which day calendars begin a week.</summary>
    public static readonly SettingDefinition WeekStart =
        SettingDefinition.Choice("week_start", Both, "The day that a week begins with.", "monday", "monday", "saturday", "sunday");

    /// <summary>How dates are written.</summary>
    public static readonly SettingDefinition DateFormat =
        SettingDefinition.Choice("date_format", Both, "How dates are written.", "yyyy-MM-dd", "yyyy-MM-dd", "dd.MM.yyyy", "dd/MM/yyyy", "MM/dd/yyyy");

    /// <summary>The longest session that somebody may ask for when signing in.</summary>
    public static readonly SettingDefinition LongestSession =
        SettingDefinition.Number("sessions.longest_days", SettingScope.Tenant, "How long somebody may stay signed in, in days.", 30, 1, 30);

    /// <summary>How somebody hears that a todo is theirs to do.</summary>
    public static readonly SettingDefinition TodoAssigned = Notification("todo_assigned", "Somebody assigned a todo to you.", InApp);

    /// <summary>How somebody hears that a todo of theirs was completed.</summary>
    public static readonly SettingDefinition TodoCompleted = Notification("todo_completed", "Somebody completed a todo of yours.", InApp);

    /// <summary>How somebody hears that a comment mentions them.</summary>
    public static readonly SettingDefinition Mentioned = Notification("mentioned", "Somebody mentioned you in a comment.", InApp);

    /// <summary>How somebody hears of comments on what is theirs.</summary>
    public static readonly SettingDefinition Commented = Notification("commented", "Somebody commented on a todo of yours.", InApp);

    /// <summary>How somebody hears that they see another list now.</summary>
    public static readonly SettingDefinition ListShared = Notification("list_shared", "Somebody shared a list with you.", InApp);

    /// <summary>How those who may let people in hear of somebody who waits.</summary>
    public static readonly SettingDefinition PersonWaiting = Notification("person_waiting", "Somebody signed up and waits for approval.", ByMail);

    /// <summary>How somebody hears that their role was changed.</summary>
    public static readonly SettingDefinition RoleChanged = Notification("role_changed", "Your role was changed.", ByMail);

    /// <summary>All of them, in the order in which they are shown.</summary>
    public static IReadOnlyList<SettingDefinition> All { get; } =
    [
        Language,
        TimeZone,
        WeekStart,
        DateFormat,
        LongestSession,
        TodoAssigned,
        TodoCompleted,
        Mentioned,
        Commented,
        ListShared,
        PersonWaiting,
        RoleChanged,
    ];

    /// <summary>Those that a tenant, or a person, can set.</summary>
    public static IEnumerable<SettingDefinition> Of(SettingScope scope) => All.Where(setting => setting.Scope.HasFlag(scope));

    // Each is told in one way, so that is what can be chosen, or nothing.
    private static SettingDefinition Notification(string kind, string about, string way) =>
        SettingDefinition.Choice("notifications." + kind, Both, about, way, Never, way);
}
