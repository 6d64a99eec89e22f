using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using OpenTelemetry;

namespace Todo.ServiceDefaults;

/// <summary>
/// Gives the framework's request spans what it leaves out: a name by route, the route and the outcome, after OpenTelemetry's conventions for HTTP spans.
/// Health probes, and by inheritance what they ask of others, are taken out of the traces: there is one every few seconds, and none is news.
/// </summary>
internal sealed class RequestSpans : IStartupFilter
{
    private const string ErrorType = "error.type";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(DescribeAsync);
        next(app);
    };

    private static async Task DescribeAsync(HttpContext request, RequestDelegate next)
    {
        var span = request.Features.Get<IHttpActivityFeature>()?.Activity;
        if (span is not { IsAllDataRequested: true })
        {
            await next(request);
            return;
        }

        if (request.Request.Path.Value is HealthEndpoints.Readiness or HealthEndpoints.Liveness)
        {
            span.IsAllDataRequested = false;
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            using (SuppressInstrumentationScope.Begin())
            {
                await next(request);
            }

            return;
        }

        try
        {
            await next(request);
        }
        catch (Exception error)
        {
            span.SetTag(ErrorType, error.GetType().FullName);
            span.SetStatus(ActivityStatusCode.Error);
            throw;
        }
        finally
        {
            Describe(span, request);
        }
    }

    private static void Describe(Activity span, HttpContext request)
    {
        // Whoever turns an exception into an answer takes the endpoint away.
        var endpoint = request.GetEndpoint() ?? request.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        if (endpoint is RouteEndpoint { RoutePattern.RawText: { } route })
        {
            span.DisplayName = $"{request.Request.Method} {route}";
            span.SetTag("http.route", route);
        }
        else
        {
            span.DisplayName = request.Request.Method;
        }

        var status = request.Response.StatusCode;
        span.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
        {
            span.SetStatus(ActivityStatusCode.Error);
            if (span.GetTagItem(ErrorType) is null)
            {
                span.SetTag(ErrorType, status.ToString(CultureInfo.InvariantCulture));
            }
        }
    }
}
