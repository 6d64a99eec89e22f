using System.Text.Json;
using System.Text.Json.Serialization;
using Todo.Api.Identity;
using Todo.Api.Paging;
using Todo.Api.Tenants;
using Todo.Api.Todos;
using Todo.Api.Users;

namespace Todo.Api;

/// <summary>Source-generated JSON for everything that the API reads, writes and caches.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(TenantEntry))]
[JsonSerializable(typeof(SessionEntry))]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(LoginResponse))]
[JsonSerializable(typeof(NewTenant))]
[JsonSerializable(typeof(Page<TenantResponse>))]
[JsonSerializable(typeof(FleetResponse))]
[JsonSerializable(typeof(Page<UserResponse>))]
[JsonSerializable(typeof(NewTodo))]
[JsonSerializable(typeof(TodoChange))]
[JsonSerializable(typeof(Page<TodoResponse>))]
internal sealed partial class ApiJson : JsonSerializerContext;
