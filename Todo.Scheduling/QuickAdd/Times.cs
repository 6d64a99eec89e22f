using NodaTime;

namespace Todo.Scheduling.QuickAdd;

/// <summary>"at 9", "9:00", "5pm", "5 pm", "noon".</summary>
internal static class Times
{
    public static Match? Read(Line line, int index, Draft draft)
    {
        if (draft.Time is not null)
        {
            return null;
        }
        var at = line.At(index) == "at" ? index + 1 : index;
        var (time, next) = ReadTime(line, at, bareHour: at > index);
        return time is null ? null : new Match(next, QuickAddKind.Due, understood => understood.Time = time);
    }

    private static (LocalTime? Time, int Next) ReadTime(Line line, int index, bool bareHour) =>
        line.At(index + 1) is "am" or "pm" && Vocabulary.Time(line.At(index) + line.At(index + 1), bareHour) is { } spaced && line.AreTogether(index, index + 1)
            ? (spaced, index + 2)
            : (Vocabulary.Time(line.At(index), bareHour), index + 1);
}
