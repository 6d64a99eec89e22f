using System.Text.Json;
using System.Text.Json.Serialization;
using Todo.Api.Fleet;
using Todo.Api.Identity;
using Todo.Api.Paging;
using Todo.Api.SignUp;
using Todo.Api.Tenants;
using Todo.Api.Todos;
using Todo.Api.Users;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Inspection;

namespace Todo.Api;

/// <summary>Source-generated JSON for everything that the API reads, writes and caches.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(TenantEntry))]
[JsonSerializable(typeof(SessionEntry))]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(LoginResponse))]
[JsonSerializable(typeof(RegisterRequest))]
[JsonSerializable(typeof(ActivateRequest))]
[JsonSerializable(typeof(ActivateResponse))]
[JsonSerializable(typeof(ActivationMailRequest))]
[JsonSerializable(typeof(NewTenant))]
[JsonSerializable(typeof(TenantChange))]
[JsonSerializable(typeof(TenantStateResponse))]
[JsonSerializable(typeof(VerifyReport))]
[JsonSerializable(typeof(DriftReport))]
[JsonSerializable(typeof(SelectionRequest))]
[JsonSerializable(typeof(LedgerRepairReport))]
[JsonSerializable(typeof(BaselineRequest))]
[JsonSerializable(typeof(Page<TenantResponse>))]
[JsonSerializable(typeof(FleetResponse))]
[JsonSerializable(typeof(PlanRequest))]
[JsonSerializable(typeof(NewRun))]
[JsonSerializable(typeof(FleetStatus))]
[JsonSerializable(typeof(PlanResponse))]
[JsonSerializable(typeof(RunResponse))]
[JsonSerializable(typeof(Page<MigrationRun>))]
[JsonSerializable(typeof(Page<MigrationRunTenant>))]
[JsonSerializable(typeof(Page<UserResponse>))]
[JsonSerializable(typeof(NewTodo))]
[JsonSerializable(typeof(TodoChange))]
[JsonSerializable(typeof(Page<TodoResponse>))]
internal sealed partial class ApiJson : JsonSerializerContext;
