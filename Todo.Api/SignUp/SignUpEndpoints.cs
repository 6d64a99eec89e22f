using Microsoft.AspNetCore.Http.HttpResults;
using Todo.Api.Accounts;
using Todo.Api.Errors;
using Todo.Api.Idempotency;
using Todo.Api.Mail;
using Todo.Api.Traffic;
using Todo.Api.Users;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Catalog;

namespace Todo.Api.SignUp;

internal static class SignUpEndpoints
{
    private const string Limits = "sign-up";

    // Each is a question to a tenant's own table.
    private const int MostAccounts = 20;

    public static void AddSignUp(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<SignUpOptions>().BindConfiguration(SignUpOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<DisposableDomains>();
        builder.Services.AddSingleton<RegistrationStore>();
        builder.Services.AddScoped<RegistrationSteps>();
        builder.Services.AddSingleton<RegistrationProcessor>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<RegistrationProcessor>());
    }

    public static void MapSignUp(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/auth").WithTags("Sign-up").AllowAnonymous().WithoutIdempotencyKey(WithoutIdempotencyKey.Account).ExplainRefusals()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status429TooManyRequests);
        group.MapPost("/register", RegisterAsync).LimitRate<RegisterRequest>(Limits, request => EmailAddress.Normalize(request.Email)).WithName("Register").WithSummary("Sign up")
            .WithDescription("The first person of a company gets a tenant and owns it; others wait for an administrator. The answer is the same whether the address and the company are known or not: a mail tells.");
        group.MapPost("/activate", ActivateAsync).LimitRate(Limits).WithName("Activate").WithSummary("Prove an e-mail address and choose a password")
            .WithDescription("With the token from the mail, which is good for 24 hours and for one use.").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        group.MapPost("/activation", SendActivationAsync).LimitRate<ActivationMailRequest>(Limits, request => EmailAddress.Normalize(request.Email)).WithName("SendActivation")
            .WithSummary("Have the activation mail sent again").WithDescription("The answer is the same whether the address is known or not.");
    }

    // One statement for everybody: whether the address or the company is known comes out later, when nobody waits for the answer.
    private static async Task<Accepted> RegisterAsync(RegisterRequest request, RegistrationStore registrations, RegistrationProcessor processor, CancellationToken cancellationToken)
    {
        await registrations.RecordAsync(request, cancellationToken);
        processor.Wake();
        return TypedResults.Accepted((string?)null);
    }

    private static async Task<Accepted> SendActivationAsync(
        ActivationMailRequest request, AccountDirectory accounts, CatalogDbContext catalog, AnswerTime answers, TimeProvider clock, CancellationToken cancellationToken)
    {
        var started = answers.Start();
        var found = await accounts.FindAsync(EmailAddress.Normalize(request.Email), slug: null, MostAccounts, cancellationToken);
        foreach (var account in found.Accounts.Where(account => account.Standing == AccountStanding.Unverified))
        {
            await SignUpMails.AddAsync(catalog, account.Tenant.Id, [account.UserId], MailTemplate.Activation, atMostOneADay: false, clock.GetTimestamptz(), cancellationToken);
        }

        await catalog.SaveChangesAsync(cancellationToken);
        await answers.WaitAsync(started, cancellationToken);
        return TypedResults.Accepted((string?)null);
    }

    private static async Task<Ok<ActivateResponse>> ActivateAsync(ActivateRequest request, FirstPassword first, CancellationToken cancellationToken)
    {
        var useless = RefusedException.Invalid("The token was used, has expired, or is not whole. Have the mail sent again with POST /auth/activation; if your address is proven already, sign in.");
        var (tenant, user) = await first.SetAsync(request.Token, request.Password, TokenPurpose.Activation, "user.activated_by_mail", useless, cancellationToken);
        return TypedResults.Ok(new ActivateResponse(tenant.Slug, WaitsForApproval: !user.IsActive && user.ApprovedAt is null));
    }
}
