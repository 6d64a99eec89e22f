using Todo.AppHost;
using Todo.AppHost.Embedded;
using Todo.ServiceDefaults;

try
{
    var builder = DistributedApplication.CreateBuilder(args);

    var database = builder.AddDatabase();
    var cache = builder.AddCache();
    var operatorKey = builder.AddParameter(ResourceNames.OperatorKey, new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);

    var migrations = builder.AddProject<Projects.Todo_MigrationWorker>(ResourceNames.MigrationWorker)
        .WithReference(database)
        .WaitFor(database);

    var api = builder.AddProject<Projects.Todo_Api>(ResourceNames.Api)
        .WithReference(database)
        .WithReference(cache)
        .WithEnvironment("Operators__Key", operatorKey)
        .WaitFor(cache)
        .WaitForCompletion(migrations)
        .WithHttpHealthCheck("/health")
        .WithExternalHttpEndpoints()
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
