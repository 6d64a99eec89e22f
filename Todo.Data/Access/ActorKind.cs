namespace Todo.Data.Access;

/// <summary>Who may act in a tenant.</summary>
public enum ActorKind
{
    /// <summary>A person who is signed in.</summary>
    User,

    /// <summary>A machine with a key.</summary>
    ApiKey,

    /// <summary>Somebody without an account, by a link.</summary>
    Guest,

    /// <summary>A person's calendar program, by the address of a feed.</summary>
    CalendarFeed,

    /// <summary>Somebody who runs the service.</summary>
    Operator,

    /// <summary>The service itself.</summary>
    System,
}
