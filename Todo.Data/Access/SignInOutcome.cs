namespace Todo.Data.Access;

/// <summary>How an attempt to sign in went.</summary>
public enum SignInOutcome
{
    /// <summary>There is a session.</summary>
    Succeeded,

    /// <summary>The password was wrong.</summary>
    WrongPassword,

    /// <summary>Too many attempts had failed; the password was not looked at.</summary>
    Locked,

    /// <summary>The password was right, but the person may not sign in: not verified, not approved, deactivated, or the tenant is suspended.</summary>
    NotAllowed,
}
