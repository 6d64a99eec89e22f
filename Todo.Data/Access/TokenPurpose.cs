namespace Todo.Data.Access;

/// <summary>What a one-time token is good for.</summary>
public enum TokenPurpose
{
    /// <summary>Proves the address of somebody who signed up.</summary>
    Activation,

    /// <summary>Lets somebody in whom a colleague invited, with a password of their own choice.</summary>
    Invitation,

    /// <summary>Sets a new password.</summary>
    PasswordReset,
}
