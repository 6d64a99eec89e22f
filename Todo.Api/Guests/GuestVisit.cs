namespace Todo.Api.Guests;

/// <summary>By which link the current request came; filled by <see cref="GuestAuthenticationHandler"/> alone.</summary>
public sealed class GuestVisit
{
    private GuestLinkEntry? _link;

    /// <summary>The link.</summary>
    /// <exception cref="InvalidOperationException">The request came by none: its endpoint must ask for one.</exception>
    public GuestLinkEntry Link
    {
        get => _link ?? throw new InvalidOperationException("This request came by no link: its endpoint must be for guests.");
        internal set => _link = value;
    }
}
