using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Todo.Benchmarks.Requests;

namespace Todo.Benchmarks.Access;

/// <summary>How long after a session was ended at one replica another, which knew it a moment ago, still lets it in.</summary>
internal static class EndedSessions
{
    // Far more than what is promised: a second.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<MarkdownTable> MeasureAsync(Uri here, Uri there, IReadOnlyList<BenchmarkTenant> tenants, int times, CancellationToken cancellationToken)
    {
        AccessBenchmark.Say("Ended sessions");
        using var client = new HttpClient();
        var milliseconds = new List<double>();
        foreach (var token in tenants.SelectMany(tenant => tenant.Tokens).Take(times))
        {
            await RequireAsync(HttpMethod.Get, here, HttpStatusCode.OK);
            await RequireAsync(HttpMethod.Get, there, HttpStatusCode.OK);
            await RequireAsync(HttpMethod.Post, new Uri(here, "/auth/logout"), HttpStatusCode.NoContent);
            var ended = Stopwatch.GetTimestamp();
            await RequireAsync(HttpMethod.Get, here, HttpStatusCode.Unauthorized);
            while (await SendAsync(HttpMethod.Get, there) != HttpStatusCode.Unauthorized)
            {
                if (Stopwatch.GetElapsedTime(ended) > Patience)
                {
                    throw new BenchmarkException($"The second replica let an ended session in for {Patience.TotalSeconds:0} seconds.");
                }
            }

            milliseconds.Add(Stopwatch.GetElapsedTime(ended).TotalMilliseconds);

            async Task RequireAsync(HttpMethod method, Uri address, HttpStatusCode expected)
            {
                var status = await SendAsync(method, address);
                if (status != expected)
                {
                    throw new BenchmarkException($"{method} {address} was answered with {(int)status} instead of {(int)expected}.");
                }
            }

            async Task<HttpStatusCode> SendAsync(HttpMethod method, Uri address)
            {
                using var request = new HttpRequestMessage(method, method == HttpMethod.Get ? new Uri(address, DoorsCommand.Guarded) : address);
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
                using var response = await client.SendAsync(request, cancellationToken);
                return response.StatusCode;
            }
        }

        var table = new MarkdownTable("Ended at one replica, refused by another", "Sessions", "ms min / median / max");
        table.Add("after the answer to `POST /auth/logout`", times.ToString(CultureInfo.InvariantCulture), Spread.Of(milliseconds).ToString("0.0"));
        return table;
    }
}
