using Todo.Api.SignUp;

namespace Todo.Tests.SignUp;

/// <summary>Valid sign-ups, each of another company unless told otherwise.</summary>
internal static class NewSignUp
{
    public static RegisterRequest Of(string email, string? taxId = null, string company = "Acme Tools", string country = "DE") => new(
        "Nora New", email, company, taxId ?? NewTaxId(), country, "Europe/Berlin", "de", TermsAccepted: true);

    public static string NewTaxId() => "9" + Guid.NewGuid().ToString("N")[..15].ToUpperInvariant();
}
