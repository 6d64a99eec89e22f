using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Tenants;
using Todo.Api.Traffic;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.SignUp;

internal static class SignUpEndpoints
{
    private const string Limits = "sign-up";

    public static void AddSignUp(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<SignUpOptions>().BindConfiguration(SignUpOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<DisposableDomains>();
        builder.Services.AddSingleton<AccountLimit>();
        builder.Services.AddSingleton<RegistrationStore>();
        builder.Services.AddSingleton<RegistrationSteps>();
        builder.Services.AddSingleton<RegistrationProcessor>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<RegistrationProcessor>());
        builder.Services.AddSingleton<ActivationMails>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ActivationMails>());
    }

    public static void MapSignUp(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/auth").WithTags("Sign-up").AllowAnonymous().ProducesProblem(StatusCodes.Status429TooManyRequests);
        group.MapPost("/register", RegisterAsync).LimitRate<RegisterRequest>(Limits, request => EmailAddress.Normalize(request.Email)).WithName("Register").WithSummary("Sign up")
            .WithDescription("The first person of a company gets a tenant and owns it; others wait for an administrator. The answer is the same whether the address and the company are known or not: a mail tells.");
        group.MapPost("/activate", ActivateAsync).LimitRate(Limits).WithName("Activate").WithSummary("Prove an e-mail address")
            .WithDescription("With the token from the mail, which is good for 24 hours and for one use.").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        group.MapPost("/activation", SendActivation).LimitRate<ActivationMailRequest>(Limits, request => EmailAddress.Normalize(request.Email)).WithName("SendActivation")
            .WithSummary("Have the activation mail sent again").WithDescription("The answer is the same whether the address is known or not.");
    }

    private static async Task<Accepted> RegisterAsync(RegisterRequest request, RegistrationStore registrations, RegistrationProcessor processor, CancellationToken cancellationToken)
    {
        // No connection is held for the tens of milliseconds that this takes.
        var hash = PersonPassword.Hash(request.Password);
        await registrations.RecordAsync(request, hash, cancellationToken);
        processor.Wake();
        return TypedResults.Accepted((string?)null);
    }

    private static Accepted SendActivation(ActivationMailRequest request, ActivationMails mails)
    {
        mails.Ask(EmailAddress.Normalize(request.Email));
        return TypedResults.Accepted((string?)null);
    }

    private static async Task<Results<Ok<ActivateResponse>, ProblemHttpResult>> ActivateAsync(
        ActivateRequest request,
        HttpContext context,
        TenantDirectory directory,
        ServedVersions versions,
        IDbContextFactory<TenantDbContext> tenants,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        if (!AccessToken.TryParse(request.Token, out var token) || await directory.FindAsync(token.TenantId, cancellationToken) is not { } tenant)
        {
            return Useless();
        }

        if (!tenant.IsServable(versions))
        {
            context.Response.Headers.RetryAfter = Refusal.RetryAfter;
            return TypedResults.Problem("Your company is being migrated. Try again in a few seconds.", statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        var now = clock.GetTimestamptz();
        await using var people = await tenants.CreateDbContextAsync(cancellationToken);
        people.Enter(tenant.Schema);
        await using var transaction = await people.Database.BeginTransactionAsync(cancellationToken);
        var user = await (
            from sent in people.OneTimeTokens
            join person in people.Users on sent.UserId equals person.Id
            where sent.Hash == token.Hash && sent.Purpose == TokenPurpose.Activation && sent.ExpiresAt > now && person.DeletedAt == null
            select person).SingleOrDefaultAsync(cancellationToken);

        // Of two who use it at once, the second waits here for the first and then deletes nothing. Tokens of earlier mails go along.
        if (user is null || await people.OneTimeTokens.Where(sent => sent.Hash == token.Hash).ExecuteDeleteAsync(cancellationToken) == 0)
        {
            return Useless();
        }

        await people.OneTimeTokens.Where(sent => sent.UserId == user.Id && sent.Purpose == TokenPurpose.Activation).ExecuteDeleteAsync(cancellationToken);
        user.VerifiedAt ??= now;
        await people.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Ok(new ActivateResponse(tenant.Slug, WaitsForApproval: !user.IsActive && user.ApprovedAt is null));
    }

    private static ProblemHttpResult Useless() => TypedResults.Problem(
        "The token was used, has expired, or is not whole. Have the mail sent again with POST /auth/activation; if your address is proven already, sign in.", statusCode: StatusCodes.Status410Gone);
}
