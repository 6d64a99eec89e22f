using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.SignUp;

/// <summary>A rule of a text field that says one thing at a time, so that each field has one error.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public abstract class TextRuleAttribute : ValidationAttribute
{
    /// <summary>What is wrong with the text and what to do; null: nothing.</summary>
    protected abstract string? Complaint(string text, ValidationContext context);

    /// <inheritdoc/>
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        ArgumentNullException.ThrowIfNull(validationContext);

        // Nothing at all is for RequiredAttribute to complain about.
        return value is string text && Complaint(text, validationContext) is { } complaint
            ? new ValidationResult(complaint, validationContext.MemberName is { } member ? [member] : null)
            : ValidationResult.Success;
    }
}

/// <summary>
/// A name: 1 to 200 characters without line breaks, which would end a mail's header, and without links, which strangers would have us mail to others.
/// </summary>
public sealed class OneLineAttribute : TextRuleAttribute
{
    /// <inheritdoc/>
    protected override string? Complaint(string text, ValidationContext context) =>
        text.Length > User.MaxNameLength ? $"Use at most {User.MaxNameLength} characters."
        : text.Any(char.IsControl) ? "Use one line, without control characters."
        : text.Contains("://", StringComparison.Ordinal) || text.Contains("www.", StringComparison.OrdinalIgnoreCase) ? "Leave out the address of a web page."
        : null;
}

/// <summary>An address of a mailbox that lasts.</summary>
public sealed partial class MailAddressAttribute : TextRuleAttribute
{
    /// <inheritdoc/>
    protected override string? Complaint(string text, ValidationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var address = EmailAddress.Normalize(text);
        return address.Length > EmailAddress.MaxLength || !Shape().IsMatch(address) ? $"Use an e-mail address such as name@company.example, of at most {EmailAddress.MaxLength} characters."
            : context.GetRequiredService<DisposableDomains>().Covers(address) ? "Use an address whose mailbox lasts: this domain's are thrown away after use."
            : null;
    }

    // A local part of at most 64 characters and a domain of at least two labels (RFC 5321 §4.5.3.1, RFC 1035 §2.3.4). Quoted local parts and
    // addresses in numbers are left out: nobody has them for work, and much software takes them apart wrongly.
    [GeneratedRegex(@"\A[^\s\p{C}@""(),:;<>\[\]\\]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Shape();
}

/// <summary>A company's tax id, however spelled.</summary>
public sealed class TaxIdTextAttribute : TextRuleAttribute
{
    // Whatever stands between the letters and digits goes away; so much of it is no longer a spelling.
    private const int MaxSpelling = 100;

    /// <inheritdoc/>
    protected override string? Complaint(string text, ValidationContext context)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length > MaxSpelling || !TaxId.IsValid(TaxId.Normalize(text))
            ? $"Use the company's tax id: {TaxId.MinLength} to {TaxId.MaxLength} of A-Z and 0-9, at least one of them a digit; spaces and punctuation don't count."
            : null;
    }
}

/// <summary>A country.</summary>
public sealed class CountryCodeAttribute : TextRuleAttribute
{
    /// <inheritdoc/>
    protected override string? Complaint(string text, ValidationContext context)
    {
        ArgumentNullException.ThrowIfNull(text);
        return CountryCodes.Contains(text.ToUpperInvariant()) ? null : "Use a country's two letters from ISO 3166-1, such as DE.";
    }
}

/// <summary>What must be agreed to.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class AcceptedAttribute() : ValidationAttribute("Accept the terms to sign up.")
{
    /// <inheritdoc/>
    public override bool IsValid(object? value) => value is true;
}
