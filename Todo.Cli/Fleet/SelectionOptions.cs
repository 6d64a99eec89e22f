using System.CommandLine;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Migrations;

namespace Todo.Cli.Fleet;

/// <summary>Which tenants a command is about; all that are possible, if none of these is given.</summary>
internal sealed class SelectionOptions
{
    private readonly Option<string[]> _tenants = new("--tenant") { Description = "Only the tenant with this slug; may be repeated." };
    private readonly Option<string[]> _statuses = new("--status") { Description = "Only tenants with this status; may be repeated." };
    private readonly Option<string?> _version = new("--version") { Description = "Only tenants at this migration: its id, or its name." };
    private readonly Option<int?> _first = new("--first") { Description = "Only the first so many, in --order." };
    private readonly Option<double?> _percent = new("--percent") { Description = "Only the first so many percent, in --order." };

    private readonly Option<string> _order = new("--order")
    {
        Description = "Oldest first, by slug, smallest first, or as --tenant lists them.",
        DefaultValueFactory = _ => "created",
    };

    private readonly IReadOnlyList<TenantStatus> _possible;

    /// <summary>For tenants with one of these statuses: <see cref="TenantSelection.Migratable"/> or <see cref="TenantSelection.Inspectable"/>.</summary>
    public SelectionOptions(IReadOnlyList<TenantStatus> possible)
    {
        _possible = possible;
        _statuses.AcceptOnlyFromAmong([.. possible.Select(EnumText.Of)]);
        _order.AcceptOnlyFromAmong([.. Enum.GetValues<TenantOrder>().Select(EnumText.Of)]);
    }

    public void AddTo(Command command)
    {
        command.Add(_tenants);
        command.Add(_statuses);
        command.Add(_version);
        command.Add(_first);
        command.Add(_percent);
        command.Add(_order);
    }

    /// <summary>Whether any of them was given.</summary>
    public bool AreGiven(Invocation invocation) => !Read(invocation).IsWholeFleet;

    /// <exception cref="ArgumentException">They break a rule.</exception>
    public TenantSelection Read(Invocation invocation)
    {
        var selection = new TenantSelection
        {
            Slugs = NullIfEmpty(invocation.Get(_tenants)),
            Statuses = NullIfEmpty(invocation.Get(_statuses)?.Select(EnumText.Parse<TenantStatus>).ToArray()),
            Version = invocation.Get(_version) is { } version ? IdOf(version, invocation.Service<FleetPlanner>().Line) : null,
            First = invocation.Get(_first),
            Percent = invocation.Get(_percent),
            Order = EnumText.Parse<TenantOrder>(invocation.Get(_order)!),
        };
        selection.Validate(_possible);
        return selection;
    }

    // One that this build does not have may well be where tenants are.
    private static string IdOf(string version, MigrationLine line) => line.Steps.Select(step => step.Id)
        .Where(id => id.EndsWith('_' + version, StringComparison.OrdinalIgnoreCase)).ToArray() is [var id] ? id : version;

    private static T[]? NullIfEmpty<T>(T[]? values) => values is { Length: > 0 } ? values : null;
}
