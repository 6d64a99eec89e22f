using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Todo.Data.Tenants;

namespace Todo.Api.Identity;

internal static class SignInServices
{
    /// <summary>Adds sessions as an authentication scheme, permissions as authorization, and a tenant context that follows the request's identity.</summary>
    public static void AddSignIn(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SessionActivity>();
        builder.Services.AddHostedService<SessionActivityWriter>();
        builder.Services.AddSingleton<SessionDirectory>();
        builder.Services.AddSingleton<OneTimeTokens>();
        builder.Services.AddSingleton<OpenSessions>();
        builder.Services.AddScoped<RequestIdentity>();
        builder.Services.AddSingleton<TenantAdmission>();
        builder.Services.AddSingleton<LastUses>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<LastUses>());
        builder.Services.AddScoped(provider =>
        {
            var context = provider.GetRequiredService<IDbContextFactory<TenantDbContext>>().CreateDbContext();
            var identity = provider.GetRequiredService<RequestIdentity>();
            context.Enter(identity.Schema, identity.Actor);
            return context;
        });
        builder.Services.AddAuthenticationScheme<SessionAuthenticationHandler>(SessionAuthenticationHandler.SchemeName);
        builder.Services.AddAuthorization();
        builder.Services.AddSingleton<IAuthorizationHandler, RequiredPermissionHandler>();
    }

    // AddAuthentication() would bring data protection along, which writes a key ring into the home folder; we protect nothing with one.
    internal static void AddAuthenticationScheme<THandler>(this IServiceCollection services, string name)
        where THandler : class, IAuthenticationHandler
    {
        services.AddAuthenticationCore(authentication => authentication.AddScheme<THandler>(name, displayName: null));
        services.TryAddSingleton(UrlEncoder.Default);
        services.AddTransient<THandler>();
    }
}
