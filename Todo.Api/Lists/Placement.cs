using System.ComponentModel.DataAnnotations;
using Todo.Api.Versions;

namespace Todo.Api.Lists;

/// <summary>Where something is to stand: right after another one, or right before it. Exactly one of the two is given.</summary>
public sealed class Placement : MergePatch, IValidatableObject
{
    /// <summary>The one that it comes right after; null: nothing, it comes first.</summary>
    public Guid? After { get; set => field = Given(value); }

    /// <summary>The one that it comes right before; null: nothing, it comes last.</summary>
    public Guid? Before { get; set => field = Given(value); }

    internal bool IsAfter => Has(nameof(After));

    /// <summary>The other one; null: an end of the order.</summary>
    internal Guid? Anchor => IsAfter ? After : Before;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Has(nameof(After)) == Has(nameof(Before)))
        {
            yield return new ValidationResult("A position names either what it comes after or what it comes before.", [nameof(After), nameof(Before)]);
        }
    }
}
