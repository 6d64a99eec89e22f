using System.ComponentModel.DataAnnotations;

namespace Todo.Api.Settings;

/// <summary>The languages that we write mails in.</summary>
public static class Languages
{
    /// <summary>ISO 639-1 codes.</summary>
    public static IReadOnlyList<string> All { get; } = ["en", "de", "fr", "pl"];
}

/// <summary>Says that a text is one of <see cref="Languages.All"/>; null is left to others.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class LanguageAttribute() : ValidationAttribute(() => $"Languages are {string.Join(", ", Languages.All)}.")
{
    /// <inheritdoc/>
    public override bool IsValid(object? value) => value is null || (value is string text && Languages.All.Contains(text, StringComparer.Ordinal));
}
