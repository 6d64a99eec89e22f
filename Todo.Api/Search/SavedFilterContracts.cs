using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Todo.Api.Lists;
using Todo.Api.Todos;
using Todo.Api.Versions;
using Todo.Data.Tenants;

namespace Todo.Api.Search;

/// <summary>A filter to be kept.</summary>
/// <param name="Name">Unique among one's own whatever its case.</param>
/// <param name="Conditions">As in a query of todos; <c>me</c> and <c>due</c> mean the person and the day of whoever asks, when they ask.</param>
/// <param name="Sort">The order, as in a query of todos.</param>
public sealed record NewFilter(
    [Required, StringLength(SavedFilter.MaxNameLength, MinimumLength = 1), RegularExpression(NewList.NotBlank, ErrorMessage = NewList.BlankName)] string Name,
    [Required] TodoQuery Conditions,
    [TodoSorted] string? Sort = null);

/// <summary>A change to a filter. Fields that are absent stay as they are (RFC 7396), but conditions are replaced as a whole.</summary>
public sealed class FilterChange : MergePatch
{
    /// <summary>Unique among one's own whatever its case.</summary>
    [StringLength(SavedFilter.MaxNameLength, MinimumLength = 1)]
    [RegularExpression(NewList.NotBlank, ErrorMessage = NewList.BlankName)]
    public string Name { get; set => field = Given(value); } = null!;

    /// <summary>All conditions.</summary>
    public TodoQuery Conditions { get; set => field = Given(value); } = null!;

    /// <summary>The order; null: that of their making.</summary>
    [TodoSorted]
    public string? Sort { get; set => field = Given(value); }
}

/// <summary>A filter that somebody keeps.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Conditions">As in a query of todos.</param>
/// <param name="Sort">The order, likewise; null: that of their making.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="Version">One more with each change; the ETag has it.</param>
public sealed record FilterResponse(Guid Id, string Name, TodoQuery Conditions, string? Sort, DateTimeOffset CreatedAt, int Version)
{
    internal static FilterResponse Of(SavedFilter filter) =>
        new(filter.Id, filter.Name, JsonSerializer.Deserialize(filter.Conditions, ApiJson.Default.TodoQuery)!, filter.Sort, filter.CreatedAt, filter.Version);
}

/// <summary>Says that a text is an order of todos; null is left to others.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class TodoSortedAttribute() : ValidationAttribute(() => TodoSort.Rule)
{
    /// <inheritdoc/>
    public override bool IsValid(object? value) => value is null || (value is string text && TodoSort.TryParse(text, null, out _));
}
