using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;

namespace Todo.Benchmarks.Access;

/// <summary>How long answers take that must not tell whether an address, or a company, is known: of a known and an unknown one, in turn.</summary>
internal static class EqualAnswers
{
    public static async Task<MarkdownTable> MeasureAsync(Uri api, IReadOnlyList<string> people, int times, CancellationToken cancellationToken)
    {
        AccessBenchmark.Say("Answers' times");
        using var client = new HttpClient { BaseAddress = api };
        var table = new MarkdownTable("Asked", "Known, ms min / median / max", "Unknown, ms min / median / max", "Ratio of the medians");
        await AddAsync("`POST /auth/login`, wrong password", "/auth/login", HttpStatusCode.Unauthorized, email => new { email, password = "not the password at all" }, people);
        await AddAsync("`POST /auth/password-reset`", "/auth/password-reset", HttpStatusCode.Accepted, email => new { email }, people.Skip(times));
        await AddAsync("`POST /auth/register`", "/auth/register", HttpStatusCode.Accepted, Registration, people);
        return table;

        async Task AddAsync(string asked, string path, HttpStatusCode expected, Func<string, object> body, IEnumerable<string> known)
        {
            var (ofKnown, ofUnknown) = (new List<double>(), new List<double>());
            foreach (var email in known.Take(times))
            {
                ofKnown.Add(await TimeAsync(email));
                ofUnknown.Add(await TimeAsync($"{Guid.NewGuid():N}@nobody.example"));
            }

            var (one, other) = (Spread.Of(ofKnown), Spread.Of(ofUnknown));
            table.Add(asked, one.ToString("0.0"), other.ToString("0.0"), (one.Median / other.Median).ToString("0.000", CultureInfo.InvariantCulture));

            async Task<double> TimeAsync(string email)
            {
                var start = Stopwatch.GetTimestamp();
                using var response = await client.PostAsJsonAsync(path, body(email), cancellationToken);
                var time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                return response.StatusCode == expected
                    ? time
                    : throw new BenchmarkException($"{path} was answered with {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
            }
        }
    }

    // The known join a company that is there; the unknown found one.
    private static object Registration(string email) => new
    {
        name = "Nora New",
        email,
        companyName = "Acme Tools",
        taxId = email.EndsWith("nobody.example", StringComparison.Ordinal) ? $"DE{Math.Abs(email.GetHashCode(StringComparison.Ordinal) % 900_000_000) + 100_000_000}" : "DE136695976",
        country = "DE",
        timeZone = "Europe/Berlin",
        language = "en",
        termsAccepted = true,
    };
}
