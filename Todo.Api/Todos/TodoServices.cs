using Todo.Api.Calendar;
using Todo.Api.Occurrences;
using Todo.Api.QuickAdd;
using Todo.Api.Work;

namespace Todo.Api.Todos;

internal static class TodoServices
{
    /// <summary>Adds what makes and changes todos in a request.</summary>
    public static void AddTodos(this IServiceCollection services)
    {
        services.AddScoped<TodoMaking>();
        services.AddScoped<TodoChanging>();
        services.AddScoped<WorkLog>();
        services.AddScoped<OccurrenceChanging>();
        services.AddScoped<QuickAdding>();
        services.AddScoped<CalendarReading>();
        services.AddSingleton<FeedDirectory>();
    }
}
