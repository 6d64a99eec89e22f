using System.ComponentModel.DataAnnotations;
using Todo.Api.Lists;
using Todo.Api.Versions;
using Todo.Data.Tenants;

namespace Todo.Api.Tags;

/// <summary>A tag to be made.</summary>
/// <param name="Name">Unique in the tenant whatever its case; white space around it is not kept.</param>
/// <param name="Colour"><c>#rrggbb</c>.</param>
/// <param name="IsHidden">Whether it is not to be offered for putting it on todos.</param>
public sealed record NewTag(
    [Required, StringLength(Tag.MaxNameLength, MinimumLength = 1), RegularExpression(NewList.NotBlank, ErrorMessage = NewList.BlankName)] string Name,
    [RegularExpression(NewList.ColourPattern, ErrorMessage = NewList.ColourRule)] string? Colour = null,
    bool IsHidden = false);

/// <summary>A change to a tag. Fields that are absent stay as they are; null clears the colour (RFC 7396).</summary>
public sealed class TagChange : MergePatch
{
    /// <summary>Unique in the tenant whatever its case.</summary>
    [StringLength(Tag.MaxNameLength, MinimumLength = 1)]
    [RegularExpression(NewList.NotBlank, ErrorMessage = NewList.BlankName)]
    public string Name { get; set => field = Given(value); } = null!;

    /// <summary><c>#rrggbb</c>; null: none.</summary>
    [RegularExpression(NewList.ColourPattern, ErrorMessage = NewList.ColourRule)]
    public string? Colour { get; set => field = Given(value); }

    /// <summary>True: it is not offered any more, and stays on the todos that have it.</summary>
    public bool IsHidden { get; set => field = Given(value); }
}

/// <summary>What becomes of a tag that is merged.</summary>
/// <param name="IntoId">The tag that its todos have from then on.</param>
public sealed record TagMerge([Required] Guid IntoId);

/// <summary>A tag.</summary>
/// <param name="Id">Its id, which todos name.</param>
/// <param name="Name">Unique in the tenant whatever its case.</param>
/// <param name="Colour"><c>#rrggbb</c>.</param>
/// <param name="IsHidden">Whether it is not offered for putting it on todos.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="Version">One more with each change; the ETag has it.</param>
public sealed record TagResponse(Guid Id, string Name, string? Colour, bool IsHidden, DateTimeOffset CreatedAt, int Version)
{
    internal static TagResponse Of(Tag tag) => new(tag.Id, tag.Name, tag.Colour, tag.IsHidden, tag.CreatedAt, tag.Version);
}
