namespace Todo.Api.Accounts;

/// <summary>Registers what signing in needs.</summary>
internal static class AccountServices
{
    public static void AddAccounts(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<SignInOptions>().BindConfiguration(SignInOptions.Section)
            .Validate(options => options.AccountAttempts > 0 && options.AddressAttempts > 0, "SignIn:AccountAttempts and SignIn:AddressAttempts are 1 or more.")
            .Validate(options => options.FirstLock > TimeSpan.Zero && options.LongestLock >= options.FirstLock, "SignIn:FirstLock is more than nothing, and SignIn:LongestLock no less than that.")
            .ValidateOnStart();
        builder.Services.AddSingleton<AnswerTime>();
        builder.Services.AddSingleton<LockOut>();
        builder.Services.AddSingleton<SignInMetrics>();
        builder.Services.AddSingleton<SessionOpening>();
        builder.Services.AddScoped<AccountDirectory>();
        builder.Services.AddScoped<PasswordSignIn>();
        builder.Services.AddScoped<PasswordSetting>();
    }
}
