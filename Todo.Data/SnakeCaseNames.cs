using System.Text.Json;
using Microsoft.EntityFrameworkCore;

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
