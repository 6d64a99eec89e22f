namespace Todo.Data.Catalog;

/// <summary>How often signing in to an account, or from a network address, has failed in a row.</summary>
public sealed class SignInFailure
{
    /// <summary>SHA-256 of the account's or the network's address: whether there is such an account makes no difference.</summary>
    public required byte[] Key { get; init; }

    /// <summary>In a row.</summary>
    public required int Failures { get; set; }

    /// <summary>UTC; the last.</summary>
    public required DateTimeOffset FailedAt { get; set; }

    /// <summary>UTC; until then no password is looked at. Null: not locked.</summary>
    public DateTimeOffset? LockedUntil { get; set; }
}
