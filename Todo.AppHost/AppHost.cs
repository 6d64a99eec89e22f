using Todo.AppHost;
using Todo.AppHost.Embedded;
using Todo.ServiceDefaults;

try
{
    var builder = DistributedApplication.CreateBuilder(args);

    var database = builder.AddDatabase();
    var cache = builder.AddCache();
    var apiPassword = builder.AddParameter(ResourceNames.DatabasePassword, new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);
    var operatorKey = builder.AddParameter(ResourceNames.OperatorKey, new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);
    var webhookKey = builder.AddParameter(ResourceNames.WebhookKey, new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);

    var migrations = builder.AddProject<Projects.Todo_MigrationWorker>(ResourceNames.MigrationWorker)
        .WithReference(database)
        .WithEnvironment("Migration__ApiDatabasePassword", apiPassword)
        .WaitFor(database);

    var api = builder.AddProject<Projects.Todo_Api>(ResourceNames.Api)
        .WithDatabase(database, apiPassword)
        .WithReference(cache)
        .WithEnvironment("Operators__Key", operatorKey)
        .WithEnvironment("Webhooks__Key", webhookKey)
        .WithFiles()
        .WaitFor(cache)
        .WaitForCompletion(migrations)
        .WithHttpHealthCheck("/health")
        .WithExternalHttpEndpoints()
        .WithLinks()
        .WithOperatorCommands(operatorKey);

    builder.AddDemo(migrations, api);

    builder.Build().Run();
    return 0;
}
catch (EmbeddedServerException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
