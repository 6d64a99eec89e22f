namespace Todo.Api.Guests;

/// <summary>The configuration section <c>Guests</c>.</summary>
public sealed class GuestOptions
{
    /// <summary>Its name.</summary>
    public const string Section = "Guests";

    /// <summary>The path of the page that the API has for guests.</summary>
    internal const string OwnPage = "/guest";

    /// <summary>The page that a guest's code opens; null: <c>/guest</c> on the host that the link was made through.</summary>
    public Uri? PageUrl { get; init; }
}
