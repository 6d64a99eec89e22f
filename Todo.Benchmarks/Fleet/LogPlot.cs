using System.Globalization;
using System.Net;
using System.Text;

namespace Todo.Benchmarks.Fleet;

/// <summary>What was measured at one place of the horizontal axis.</summary>
internal sealed record PlotPoint(double X, Spread Y);

/// <summary>A line of the plot.</summary>
internal sealed record PlotSeries(string Name, IReadOnlyList<PlotPoint> Points);

/// <summary>
/// Draws a plot with two logarithmic axes as SVG: medians as lines, minimum to maximum as bars. Its colours follow the reader's choice of
/// light or dark; shapes tell the series apart as well.
/// </summary>
internal static class LogPlot
{
    private const int Width = 720;
    private const int Height = 440;
    private const int Left = 70;
    private const int Right = 24;
    private const int Top = 84;
    private const int Bottom = 56;

    private const string Style =
        """
        text { font: 13px system-ui, sans-serif; fill: #1f2328 }
        .title { font-size: 16px; font-weight: 600 }
        .paper { fill: #ffffff }
        .grid { stroke: #d1d9e0; stroke-width: 1 }
        .line { fill: none; stroke-width: 2 }
        .s0 { stroke: #b35900; fill: #b35900 }
        .s1 { stroke: #0969da; fill: #0969da }
        @media (prefers-color-scheme: dark) {
        text { fill: #e6edf3 }
        .paper { fill: #0d1117 }
        .grid { stroke: #3d444d }
        .s0 { stroke: #f0883e; fill: #f0883e }
        .s1 { stroke: #58a6ff; fill: #58a6ff }
        }
        """;

    /// <summary>The whole SVG document. At most two series.</summary>
    public static string Draw(string title, string horizontal, string vertical, IReadOnlyList<PlotSeries> series)
    {
        var points = series.SelectMany(line => line.Points).ToArray();
        var x = new Axis(points.Select(point => point.X), Left, Width - Right);
        var y = new Axis(points.SelectMany(point => new[] { point.Y.Min, point.Y.Max }), Height - Bottom, Top);
        var svg = new StringBuilder();
        Line($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(title)}\">");
        svg.Append("<style>\n").Append(Style.ReplaceLineEndings("\n")).Append("\n</style>\n");
        Line($"<rect class=\"paper\" width=\"{Width}\" height=\"{Height}\"/>");
        Line($"<text class=\"title\" x=\"{Left}\" y=\"28\">{WebUtility.HtmlEncode(title)}</text>");
        foreach (var tick in x.Ticks)
        {
            Line($"<line class=\"grid\" x1=\"{x.At(tick):0.#}\" y1=\"{Top}\" x2=\"{x.At(tick):0.#}\" y2=\"{Height - Bottom}\"/>");
            Line($"<text x=\"{x.At(tick):0.#}\" y=\"{Height - Bottom + 20}\" text-anchor=\"middle\">{tick:#,0.###}</text>");
        }

        foreach (var tick in y.Ticks)
        {
            Line($"<line class=\"grid\" x1=\"{Left}\" y1=\"{y.At(tick):0.#}\" x2=\"{Width - Right}\" y2=\"{y.At(tick):0.#}\"/>");
            Line($"<text x=\"{Left - 8}\" y=\"{y.At(tick) + 4:0.#}\" text-anchor=\"end\">{tick:#,0.###}</text>");
        }

        Line($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 12}\" text-anchor=\"middle\">{WebUtility.HtmlEncode(horizontal)}</text>");
        Line($"<text x=\"18\" y=\"{(Top + Height - Bottom) / 2}\" text-anchor=\"middle\" transform=\"rotate(-90 18 {(Top + Height - Bottom) / 2})\">{WebUtility.HtmlEncode(vertical)}</text>");
        for (var number = 0; number < series.Count; number++)
        {
            var line = series[number];
            Line($"<polyline class=\"line s{number}\" style=\"fill: none\" points=\"{string.Join(' ', line.Points.Select(point => Invariant($"{x.At(point.X):0.#},{y.At(point.Y.Median):0.#}")))}\"/>");
            foreach (var point in line.Points)
            {
                Line($"<line class=\"line s{number}\" x1=\"{x.At(point.X):0.#}\" y1=\"{y.At(point.Y.Min):0.#}\" x2=\"{x.At(point.X):0.#}\" y2=\"{y.At(point.Y.Max):0.#}\"/>");
                svg.Append(Mark(number, x.At(point.X), y.At(point.Y.Median)));
            }

            svg.Append(Mark(number, Left + 8 + (number * 260), 54));
            Line($"<text x=\"{Left + 22 + (number * 260)}\" y=\"58\">{WebUtility.HtmlEncode(line.Name)}</text>");
        }

        return svg.Append("</svg>\n").ToString();

        void Line(FormattableString text) => svg.Append(Invariant(text)).Append('\n');
    }

    private static string Mark(int number, double x, double y) => number == 0
        ? Invariant($"<circle class=\"s0\" cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"5\"/>\n")
        : Invariant($"<rect class=\"s1\" x=\"{x - 4.5:0.#}\" y=\"{y - 4.5:0.#}\" width=\"9\" height=\"9\"/>\n");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>A logarithmic axis whose ends are 1, 2 or 5 times a power of ten.</summary>
    private sealed class Axis
    {
        private readonly double _from;
        private readonly double _to;

        public Axis(IEnumerable<double> values, double from, double to)
        {
            (_from, _to) = (from, to);
            var all = values.ToArray();
            var steps = Enumerable.Range(-4, 12).Select(power => Math.Pow(10, power)).SelectMany(power => (double[])[power, 2 * power, 5 * power]).ToArray();
            var (first, last) = (steps.Last(step => step <= all.Min()), steps.First(step => step >= all.Max()));
            if (first == last)
            {
                last = steps.First(step => step > last);
            }

            Ticks = [.. steps.Where(step => step >= first && step <= last)];
        }

        public IReadOnlyList<double> Ticks { get; }

        public double At(double value) => _from + ((_to - _from) * Math.Log(value / Ticks[0]) / Math.Log(Ticks[^1] / Ticks[0]));
    }
}
