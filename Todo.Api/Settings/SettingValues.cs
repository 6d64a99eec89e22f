using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Data.Tenants;

namespace Todo.Api.Settings;

/// <summary>A setting and what it is.</summary>
/// <param name="Key">Such as <c>sessions.longest_days</c>.</param>
/// <param name="Value">What it is.</param>
/// <param name="IsDefault">Whether nobody has set it here: then it is the tenant's for a person, and ours for a tenant.</param>
/// <param name="Default">What it is unless it is set here.</param>
/// <param name="Rule">What it may be.</param>
/// <param name="Allowed">All values, if they are few.</param>
/// <param name="Description">What it is for.</param>
public sealed record SettingResponse(string Key, JsonElement Value, bool IsDefault, JsonElement Default, string Rule, IReadOnlyList<string>? Allowed, string Description);

/// <summary>Reads what is set, without tracking: whoever looks here may replace it in the same context. A stored value that is no longer allowed counts as not set.</summary>
internal static class SettingValues
{
    /// <summary>A setting of the tenant's that is text.</summary>
    public static async Task<string> TextAsync(TenantDbContext tenant, SettingDefinition setting, CancellationToken cancellationToken) =>
        (await OfTenantAsync(tenant, setting.Key, cancellationToken)).Of(setting, setting.Default).GetString()!;

    /// <summary>A setting of the tenant's that is a number.</summary>
    public static async Task<int> NumberAsync(TenantDbContext tenant, SettingDefinition setting, CancellationToken cancellationToken) =>
        (await OfTenantAsync(tenant, setting.Key, cancellationToken)).Of(setting, setting.Default).GetInt32();

    /// <summary>All of a tenant's.</summary>
    public static async Task<IReadOnlyList<SettingResponse>> ListAsync(TenantDbContext tenant, CancellationToken cancellationToken)
    {
        var stored = await OfTenantAsync(tenant, null, cancellationToken);
        return [.. KnownSettings.Of(SettingScope.Tenant).Select(setting => Show(setting, stored, setting.Default))];
    }

    /// <summary>All of a person's.</summary>
    public static async Task<IReadOnlyList<SettingResponse>> ListAsync(TenantDbContext tenant, Guid userId, CancellationToken cancellationToken)
    {
        var stored = await tenant.Settings.Select(setting => new { setting.Key, setting.Value, IsOwn = false })
            .Concat(tenant.UserSettings.Where(setting => setting.UserId == userId).Select(setting => new { setting.Key, setting.Value, IsOwn = true })).ToListAsync(cancellationToken);
        var ofTenant = stored.Where(setting => !setting.IsOwn).ToDictionary(setting => setting.Key, setting => setting.Value);
        var own = stored.Where(setting => setting.IsOwn).ToDictionary(setting => setting.Key, setting => setting.Value);
        return [.. KnownSettings.Of(SettingScope.Person).Select(setting => Show(setting, own, ofTenant.Of(setting, setting.Default)))];
    }

    /// <summary>Those of these people for whom a setting is this text: their own or, where they have set nothing, the tenant's.</summary>
    public static async Task<IReadOnlyList<Guid>> WhereAsync(
        TenantDbContext tenant, IReadOnlyList<Guid> people, SettingDefinition setting, string text, CancellationToken cancellationToken)
    {
        var key = setting.Key;
        var ofTenant = (await OfTenantAsync(tenant, key, cancellationToken)).Of(setting, setting.Default);
        var own = await tenant.UserSettings.AsNoTracking().Where(one => one.Key == key && people.Contains(one.UserId)).ToDictionaryAsync(one => one.UserId, one => one.Value, cancellationToken);
        return [.. people.Where(person => (own.TryGetValue(person, out var json) ? Value(setting, json, ofTenant) : ofTenant).GetString() == text)];
    }

    /// <summary>What a setting is of which these values are stored: a person's own, or else the tenant's.</summary>
    public static JsonElement FirstOf(SettingDefinition setting, string? own, string? common)
    {
        var otherwise = common is null ? setting.Default : Value(setting, common, setting.Default);
        return own is null ? otherwise : Value(setting, own, otherwise);
    }

    /// <summary>Checks what somebody wants to set.</summary>
    /// <exception cref="RefusedException">With each mistake by its key.</exception>
    public static void Check(SettingScope scope, IReadOnlyDictionary<string, JsonElement> values)
    {
        var known = KnownSettings.Of(scope).ToDictionary(setting => setting.Key);
        var errors = values
            .Where(pair => !known.TryGetValue(pair.Key, out var setting) || !setting.IsValid(pair.Value))
            .ToDictionary(pair => pair.Key, string[] (pair) => known.TryGetValue(pair.Key, out var setting) ? [$"This is {setting.Rule}."] : [$"There is no such setting. There are {string.Join(", ", known.Keys)}."]);
        if (errors.Count > 0)
        {
            throw RefusedException.Invalid("Some settings are unknown, or may not be what they are to be.", new Dictionary<string, object?> { ["errors"] = errors });
        }
    }

    private static Task<Dictionary<string, string>> OfTenantAsync(TenantDbContext tenant, string? key, CancellationToken cancellationToken) =>
        tenant.Settings.AsNoTracking().Where(setting => key == null || setting.Key == key).ToDictionaryAsync(setting => setting.Key, setting => setting.Value, cancellationToken);

    private static SettingResponse Show(SettingDefinition setting, Dictionary<string, string> stored, JsonElement otherwise) => new(
        setting.Key, stored.Of(setting, otherwise), !stored.ContainsKey(setting.Key), otherwise, setting.Rule, setting.Allowed, setting.Description);

    private static JsonElement Of(this Dictionary<string, string> stored, SettingDefinition setting, JsonElement otherwise) =>
        stored.TryGetValue(setting.Key, out var json) ? Value(setting, json, otherwise) : otherwise;

    private static JsonElement Value(SettingDefinition setting, string json, JsonElement otherwise) =>
        JsonElement.Parse(json) is var value && setting.IsValid(value) ? value : otherwise;
}
