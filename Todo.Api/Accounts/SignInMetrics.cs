using System.Diagnostics.Metrics;
using Todo.Data.Access;
using Todo.Tenancy.Catalog;

namespace Todo.Api.Accounts;

/// <summary>How attempts to sign in go. An address that nobody has counts as a wrong password, so that nobody learns from it which there are.</summary>
internal sealed class SignInMetrics
{
    private static readonly KeyValuePair<string, object?>[] Outcomes =
        [.. Enum.GetValues<SignInOutcome>().Select(outcome => new KeyValuePair<string, object?>("outcome", EnumText.Of(outcome)))];

    private readonly Counter<long> _attempts;

    public SignInMetrics(IMeterFactory meters) =>
        _attempts = meters.Create("Todo.Api").CreateCounter<long>("todo.sign_ins", "{attempt}", "Attempts to sign in with a password.");

    public void Count(SignInOutcome outcome) => _attempts.Add(1, Outcomes[(int)outcome]);
}
