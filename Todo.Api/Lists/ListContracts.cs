using System.ComponentModel.DataAnnotations;
using Todo.Api.Versions;
using Todo.Data.Tenants;

namespace Todo.Api.Lists;

/// <summary>A list to be made.</summary>
/// <param name="Name">For people.</param>
/// <param name="Colour"><c>#rrggbb</c>.</param>
/// <param name="Icon">A short text, such as an emoji.</param>
/// <param name="Visibility">Who sees it beside its owner.</param>
/// <param name="Position">Where it is to stand; last if absent.</param>
public sealed record NewList(
    [Required, StringLength(TodoList.MaxNameLength, MinimumLength = 1), RegularExpression(NewList.NotBlank, ErrorMessage = NewList.BlankName)] string Name,
    [RegularExpression(NewList.ColourPattern, ErrorMessage = NewList.ColourRule)] string? Colour = null,
    [StringLength(NewList.MaxIconLength, MinimumLength = 1)] string? Icon = null,
    [EnumDataType(typeof(ListVisibility))] ListVisibility Visibility = ListVisibility.Private,
    Placement? Position = null)
{
    /// <summary>The longest icon, in UTF-16 code units.</summary>
    public const int MaxIconLength = 32;

    internal const string NotBlank = @"(?s).*\S.*";
    internal const string BlankName = "The Name field needs more than white space.";
    internal const string ColourPattern = "#[0-9A-Fa-f]{6}";
    internal const string ColourRule = "A colour is #rrggbb, such as #3366ff.";
}

/// <summary>A change to a list. Fields that are absent stay as they are; null clears colour and icon (RFC 7396).</summary>
public sealed class ListChange : MergePatch
{
    /// <summary>For people.</summary>
    [StringLength(TodoList.MaxNameLength, MinimumLength = 1)]
    [RegularExpression(NewList.NotBlank, ErrorMessage = NewList.BlankName)]
    public string Name { get; set => field = Given(value); } = null!;

    /// <summary><c>#rrggbb</c>; null: none.</summary>
    [RegularExpression(NewList.ColourPattern, ErrorMessage = NewList.ColourRule)]
    public string? Colour { get; set => field = Given(value); }

    /// <summary>A short text, such as an emoji; null: none.</summary>
    [StringLength(NewList.MaxIconLength, MinimumLength = 1)]
    public string? Icon { get; set => field = Given(value); }

    /// <summary>Who sees it beside its owner.</summary>
    [EnumDataType(typeof(ListVisibility))]
    public ListVisibility Visibility { get; set => field = Given(value); }

    /// <summary>True puts it into the archive, where it can be read and its todos don't change; false takes it out.</summary>
    public bool IsArchived { get; set => field = Given(value); }

    /// <summary>Where it is to stand from now on.</summary>
    public Placement Position { get; set => field = Given(value); } = null!;
}

/// <summary>A list.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">For people.</param>
/// <param name="Colour"><c>#rrggbb</c>.</param>
/// <param name="Icon">A short text.</param>
/// <param name="Position">Its place in the order of lists: what comes first has the lower text, compared byte by byte, and of two that are equal the lower id.</param>
/// <param name="Visibility">Who sees it beside its owner.</param>
/// <param name="OwnerId">Whose it is; null: nobody's, and all who may write manage it.</param>
/// <param name="IsInbox">Whether it is its owner's inbox.</param>
/// <param name="IsFavourite">Whether the caller likes to have it at hand.</param>
/// <param name="Access">What the caller may do with it.</param>
/// <param name="ArchivedAt">UTC; null: in use.</param>
/// <param name="DeletedAt">UTC; null: not deleted.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="Version">One more with each change.</param>
public sealed record ListResponse(
    Guid Id,
    string Name,
    string? Colour,
    string? Icon,
    string Position,
    ListVisibility Visibility,
    Guid? OwnerId,
    bool IsInbox,
    bool IsFavourite,
    ListRight Access,
    DateTimeOffset? ArchivedAt,
    DateTimeOffset? DeletedAt,
    DateTimeOffset CreatedAt,
    int Version)
{
    internal static ListResponse Of(TodoList list, ListRight access, bool isFavourite) => new(
        list.Id, list.Name, list.Colour, list.Icon, list.Position, list.Visibility, list.OwnerId, list.IsInbox, isFavourite, access, list.ArchivedAt, list.DeletedAt, list.CreatedAt, list.Version);

    internal static ListResponse Of(ReachedList reached) => Of(reached.List, reached.Right, reached.IsFavourite);
}

/// <summary>To whom a list is shared.</summary>
/// <param name="UserId">The person; null if it is a group.</param>
/// <param name="GroupId">The group; null if it is a person.</param>
/// <param name="Name">What the person or the group is called.</param>
/// <param name="Access">What it is shared for.</param>
public sealed record ListShareResponse(Guid? UserId, Guid? GroupId, string Name, ListRight Access);

/// <summary>What a list is shared for.</summary>
/// <param name="Access">Read, Write or Manage; each includes those before it.</param>
public sealed record ShareContent([Required, AllowedValues(ListRight.Read, ListRight.Write, ListRight.Manage, ErrorMessage = "A list is shared for Read, Write or Manage.")] ListRight Access);
