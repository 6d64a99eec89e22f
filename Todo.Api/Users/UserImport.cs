using System.ComponentModel.DataAnnotations;
using CsvHelper;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Api.Settings;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Users;

/// <summary>What an import did, or would do.</summary>
/// <param name="DryRun">Whether it only looked.</param>
/// <param name="People">How many lines have a person.</param>
/// <param name="Invited">How many were invited.</param>
/// <param name="Errors">What is wrong; with a single error nobody is invited.</param>
public sealed record ImportReport(bool DryRun, int People, int Invited, IReadOnlyList<ImportError> Errors);

/// <summary>What is wrong with a line of a file.</summary>
/// <param name="Line">From 1, which is the header.</param>
/// <param name="Column">The column's name; absent if it is the whole line.</param>
/// <param name="Message">What it must be.</param>
public sealed record ImportError(int Line, string? Column, string Message);

/// <summary>A file of people to be invited: first read by itself, then checked against those who are there.</summary>
internal sealed class UserImport
{
    /// <summary>The most people in one file: they are added in one transaction, under a lock.</summary>
    public const int MaxRows = 5_000;

    private static readonly EmailAddressAttribute Address = new();

    private readonly List<ImportError> _errors = [];
    private readonly List<ImportRow> _rows = [];

    private UserImport()
    {
    }

    public IReadOnlyList<ImportError> Errors => _errors;

    public IReadOnlyList<ImportRow> Rows => _rows;

    /// <summary>Reads a file; whatever it holds, there is an answer.</summary>
    /// <exception cref="RefusedException">It has more people than one import takes.</exception>
    public static UserImport Read(string content)
    {
        var import = new UserImport();
        using var csv = CsvReader.FromText(content, new CsvReaderOptions
        {
            TrackLineNumbers = true,
            IncludeValuesInExceptions = false,
            OnMalformedRecord = bad => import.Fail((int)bad.LineNumber, null, "A quote stands where none may; a field with quotes in it is in quotes, and they are doubled."),
        });
        if (!import.HasColumns(csv))
        {
            return import;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (csv.Read())
        {
            if (import._rows.Count == MaxRows)
            {
                throw RefusedException.Invalid($"The file has more than {MaxRows} people. Make several of it.");
            }

            import.Add(csv, (int)csv.LineNumber, seen);
        }

        return import;
    }

    /// <summary>Checks the lines against the tenant: addresses that are taken, and roles.</summary>
    public async Task CheckAsync(PeopleChange change, CancellationToken cancellationToken)
    {
        var roles = await change.Tenant.Roles.ToDictionaryAsync(role => role.Name, role => role.Id, cancellationToken);
        var refusals = new Dictionary<Guid, string?>();
        var emails = _rows.ConvertAll(row => row.Email);
        var taken = (await change.Tenant.Users.Where(user => emails.Contains(user.Email)).Select(user => user.Email).ToListAsync(cancellationToken)).ToHashSet(StringComparer.Ordinal);
        foreach (var row in _rows)
        {
            if (taken.Contains(row.Email))
            {
                Fail(row.Line, "email", "There is an account with this address.");
            }

            if (row.Role is null)
            {
                row.RoleId = BuiltInRole.Member;
            }
            else if (roles.TryGetValue(row.Role, out var id))
            {
                row.RoleId = id;
            }
            else
            {
                Fail(row.Line, "role", "There is no role with this name.");
                continue;
            }

            if (!refusals.TryGetValue(row.RoleId, out var refusal))
            {
                refusals[row.RoleId] = refusal = await RefusalAsync(change, row.RoleId, cancellationToken);
            }

            if (refusal is not null)
            {
                Fail(row.Line, "role", refusal);
            }
        }

        _errors.Sort((one, other) => one.Line.CompareTo(other.Line));
    }

    private static async Task<string?> RefusalAsync(PeopleChange change, Guid role, CancellationToken cancellationToken)
    {
        try
        {
            await change.Caller.RequireReachAsync(change.Tenant, role, cancellationToken);
            return null;
        }
        catch (RefusedException refused)
        {
            return refused.Message;
        }
    }

    private void Add(CsvReader csv, int line, HashSet<string> seen)
    {
        var email = EmailAddress.Normalize(Field(csv, "email") ?? "");
        var name = Field(csv, "name") ?? "";
        var (language, timeZone) = (Field(csv, "language"), Field(csv, "time_zone"));
        Require(email.Length is >= 3 and <= EmailAddress.MaxLength && Address.IsValid(email), line, "email", "This is no e-mail address.");
        Require(seen.Add(email), line, "email", "The address is in the file before.");
        Require(!string.IsNullOrWhiteSpace(name) && name.Length <= User.MaxNameLength, line, "name", $"A name has 1 to {User.MaxNameLength} characters.");
        Require(!email.Contains('\0', StringComparison.Ordinal) && !name.Contains('\0', StringComparison.Ordinal), line, null, "The character U+0000 can't be stored.");
        Require(language is null || Languages.All.Contains(language), line, "language", $"Languages are {string.Join(", ", Languages.All)}.");
        Require(timeZone is null || TimeZones.Contains(timeZone), line, "time_zone", "A time zone is an IANA name, such as Europe/Berlin.");
        _rows.Add(new ImportRow(line, email, name, Field(csv, "role"), language, timeZone));
    }

    private bool HasColumns(CsvReader csv)
    {
        foreach (var column in (string[])["email", "name"])
        {
            Require(csv.TryGetFieldIndex(column, out _), 1, column, "This column is missing. The first line names the columns.");
        }

        return _errors.Count == 0;
    }

    private static string? Field(CsvReader csv, string column) =>
        csv.TryGetFieldIndex(column, out var index) && csv.GetString(index) is { Length: > 0 } text ? FormulaText.Restore(text) : null;

    private void Require(bool isRight, int line, string? column, string message)
    {
        if (!isRight)
        {
            Fail(line, column, message);
        }
    }

    private void Fail(int line, string? column, string message) => _errors.Add(new ImportError(line, column, message));
}

/// <summary>A person in a file.</summary>
internal sealed record ImportRow(int Line, string Email, string Name, string? Role, string? Language, string? TimeZone)
{
    /// <summary>The role that the line means, once that is known.</summary>
    public Guid RoleId { get; set; }
}
