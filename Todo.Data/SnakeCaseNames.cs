using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Todo.Tenancy.Catalog;

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

/// <summary>Keeps members of an enum as <see cref="EnumText"/>.</summary>
internal sealed class SnakeCaseEnum<TEnum>() : ValueConverter<TEnum, string>(member => EnumText.Of(member), text => EnumText.Parse<TEnum>(text))
    where TEnum : struct, Enum;
