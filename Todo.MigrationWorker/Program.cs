using Todo.Data;
using Todo.Data.Demo;
using Todo.MigrationWorker;
using Todo.ServiceDefaults;
using Todo.Tenancy.Roles;

var builder = Host.CreateApplicationBuilder(args);

builder.AddServiceDefaults();
builder.AddTodoDatabase();
builder.Services.AddTodoData();
builder.Services.AddSingleton<DemoData>();
builder.Services.AddSingleton<RowsRole>();
builder.Services.AddOptions<MigrationOptions>().BindConfiguration(MigrationOptions.Section).ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddHostedService<MigrationService>();

builder.Build().Run();
