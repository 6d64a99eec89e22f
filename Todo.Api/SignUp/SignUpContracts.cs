using System.ComponentModel.DataAnnotations;
using Todo.Api.Settings;
using Todo.Data.Access;

namespace Todo.Api.SignUp;

/// <summary>Somebody who signs up, and the company that this is for. The password is chosen later, by whoever reads the mail.</summary>
/// <param name="Name">The person's, 1 to 200 characters.</param>
/// <param name="Email">Where the person reads mail; in any case.</param>
/// <param name="CompanyName">1 to 200 characters; of no consequence if the company is known.</param>
/// <param name="TaxId">The company's, however spelled; with the country it says which company this is.</param>
/// <param name="Country">ISO 3166-1 alpha-2, such as <c>DE</c>.</param>
/// <param name="TimeZone">The person's, from the IANA database, such as <c>Europe/Berlin</c>.</param>
/// <param name="Language">Of mails: <c>en</c>, <c>de</c>, <c>fr</c> or <c>pl</c>.</param>
/// <param name="TermsAccepted">Must be true.</param>
public sealed record RegisterRequest(
    [Required, OneLine] string Name,
    [Required, MailAddress] string Email,
    [Required, OneLine] string CompanyName,
    [Required, TaxIdText] string TaxId,
    [Required, CountryCode] string Country,
    [Required, TimeZone] string TimeZone,
    [Required, Language] string Language,
    [Accepted] bool TermsAccepted);

/// <summary>Somebody proves to read the mail to a new person.</summary>
/// <param name="Token">From the mail.</param>
/// <param name="Password">The password to sign in with from now on.</param>
public sealed record ActivateRequest(
    [Required, StringLength(100, MinimumLength = 1)] string Token,
    [Required, StringLength(PersonPassword.MaxLength, MinimumLength = PersonPassword.MinLength)] string Password);

/// <summary>That an address is proven.</summary>
/// <param name="Tenant">Goes into the <c>tenant</c> header when signing in.</param>
/// <param name="WaitsForApproval">Whether an administrator has to let the person in first.</param>
public sealed record ActivateResponse(string Tenant, bool WaitsForApproval);

/// <summary>Somebody who wants the activation mail again.</summary>
/// <param name="Email">The address that the person signed up with, in any case.</param>
public sealed record ActivationMailRequest([Required, StringLength(EmailAddress.MaxLength, MinimumLength = 3)] string Email);
