using System.Diagnostics.CodeAnalysis;
using Todo.Data.Tenants;

namespace Todo.Api.Users;

/// <summary>An order of people: a name of this list, with a minus for the other way round. No other text gets near a query.</summary>
internal readonly record struct UserSort : IParsable<UserSort>
{
    private static readonly Dictionary<string, Func<IQueryable<User>, bool, IOrderedQueryable<User>>> Orders = new()
    {
        ["name"] = (users, descending) => descending ? users.OrderByDescending(user => user.Name) : users.OrderBy(user => user.Name),
        ["email"] = (users, descending) => descending ? users.OrderByDescending(user => user.Email) : users.OrderBy(user => user.Email),
        ["createdAt"] = (users, descending) => descending ? users.OrderByDescending(user => user.CreatedAt) : users.OrderBy(user => user.CreatedAt),
        ["lastSignInAt"] = (users, descending) => descending ? users.OrderByDescending(user => user.LastSignInAt) : users.OrderBy(user => user.LastSignInAt),
    };

    private UserSort(string name, bool isDescending) => (Name, IsDescending) = (name, isDescending);

    /// <summary>What may be asked for.</summary>
    public static string Rule => $"sort is one of {string.Join(", ", Orders.Keys)}, with a minus before it for the other way round.";

    private string Name { get; }

    private bool IsDescending { get; }

    /// <summary>Puts people in this order; by name if this is none; and by id where that leaves it open.</summary>
    public IQueryable<User> Apply(IQueryable<User> users) => Orders[Name ?? "name"](users, IsDescending).ThenBy(user => user.Id);

    public static UserSort Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var sort) ? sort : throw new FormatException(Rule);

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out UserSort result)
    {
        var isDescending = s is ['-', ..];
        var name = isDescending ? s![1..] : s ?? "";
        result = Orders.ContainsKey(name) ? new UserSort(name, isDescending) : default;
        return result.Name is not null;
    }
}
