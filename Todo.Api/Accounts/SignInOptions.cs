namespace Todo.Api.Accounts;

/// <summary>The configuration section <c>SignIn</c>.</summary>
public sealed class SignInOptions
{
    /// <summary>Its name.</summary>
    public const string Section = "SignIn";

    /// <summary>How many attempts in a row may fail for one account before it is locked for a while; at least 1.</summary>
    public int AccountAttempts { get; init; } = 5;

    /// <summary>The same for one network address, behind which a whole office may sit.</summary>
    public int AddressAttempts { get; init; } = 50;

    /// <summary>How long the first lock holds; each further failure doubles it.</summary>
    public TimeSpan FirstLock { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest lock: whoever fails on purpose keeps the owner out no longer than that after the last attempt.</summary>
    public TimeSpan LongestLock { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// After this long, or a multiple of it, an attempt is answered that must not tell what it met. It is longer than the work takes on a machine
    /// that is not overloaded.
    /// </summary>
    public TimeSpan AnswerTime { get; init; } = TimeSpan.FromMilliseconds(500);
}
