using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Todo.Data;

/// <summary>PostgreSQL folds unquoted names to lower case; naming columns so spares everyone who types SQL the quotes.</summary>
internal static class SnakeCaseNames
{
    public static void UseSnakeCaseNames(this ModelBuilder model)
    {
        foreach (var property in model.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
        {
            property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
        }
    }
}

/// <summary>Members of an enum as snake-case text, as the check constraints spell them.</summary>
internal sealed class SnakeCaseEnum<TEnum>() : ValueConverter<TEnum, string>(
    member => JsonNamingPolicy.SnakeCaseLower.ConvertName(member.ToString()),
    text => Enum.Parse<TEnum>(text.Replace("_", "", StringComparison.Ordinal), true))
    where TEnum : struct, Enum;
