using System.Text.Json;
using System.Text.Json.Serialization;
using Todo.Api.Accounts;
using Todo.Api.ApiKeys;
using Todo.Api.Audit;
using Todo.Api.Calendar;
using Todo.Api.Comments;
using Todo.Api.Events;
using Todo.Api.Files;
using Todo.Api.Fleet;
using Todo.Api.Groups;
using Todo.Api.Guests;
using Todo.Api.Identity;
using Todo.Api.Import;
using Todo.Api.Lists;
using Todo.Api.Mail;
using Todo.Api.Notifications;
using Todo.Api.Occurrences;
using Todo.Api.Paging;
using Todo.Api.QuickAdd;
using Todo.Api.Roles;
using Todo.Api.Search;
using Todo.Api.Settings;
using Todo.Api.SignUp;
using Todo.Api.Statistics;
using Todo.Api.Tags;
using Todo.Api.Tenants;
using Todo.Api.TodoBackend;
using Todo.Api.Todos;
using Todo.Api.Users;
using Todo.Api.Webhooks;
using Todo.Api.Work;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Inspection;

namespace Todo.Api;

/// <summary>Source-generated JSON for everything that the API reads, writes and caches.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(TenantEntry))]
[JsonSerializable(typeof(SessionEntry))]
[JsonSerializable(typeof(ApiKeyEntry))]
[JsonSerializable(typeof(NewApiKey))]
[JsonSerializable(typeof(ApiKeyCreated))]
[JsonSerializable(typeof(Page<ApiKeyResponse>))]
[JsonSerializable(typeof(GuestLinkEntry))]
[JsonSerializable(typeof(NewGuestLink))]
[JsonSerializable(typeof(GuestLinkCreated))]
[JsonSerializable(typeof(Page<GuestLinkResponse>))]
[JsonSerializable(typeof(GuestList))]
[JsonSerializable(typeof(NewGuestTodo))]
[JsonSerializable(typeof(Page<GuestTodo>))]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(LoginResponse))]
[JsonSerializable(typeof(SwitchRequest))]
[JsonSerializable(typeof(SessionsResponse))]
[JsonSerializable(typeof(PasswordResetRequest))]
[JsonSerializable(typeof(PasswordResetConfirmation))]
[JsonSerializable(typeof(PasswordChange))]
[JsonSerializable(typeof(MailboxResponse))]
[JsonSerializable(typeof(RegisterRequest))]
[JsonSerializable(typeof(ActivateRequest))]
[JsonSerializable(typeof(ActivateResponse))]
[JsonSerializable(typeof(ActivationMailRequest))]
[JsonSerializable(typeof(NewTenant))]
[JsonSerializable(typeof(TenantChange))]
[JsonSerializable(typeof(TenantHostChange))]
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
[JsonSerializable(typeof(Page<AuditResponse>))]
[JsonSerializable(typeof(UserTable))]
[JsonSerializable(typeof(UserCount))]
[JsonSerializable(typeof(NewUser))]
[JsonSerializable(typeof(UserChange))]
[JsonSerializable(typeof(InvitationAcceptance))]
[JsonSerializable(typeof(ImportReport))]
[JsonSerializable(typeof(MeResponse))]
[JsonSerializable(typeof(IReadOnlyList<PermissionGroup>))]
[JsonSerializable(typeof(List<RoleResponse>))]
[JsonSerializable(typeof(NewRole))]
[JsonSerializable(typeof(RoleChange))]
[JsonSerializable(typeof(Page<GroupResponse>))]
[JsonSerializable(typeof(Page<GroupMemberResponse>))]
[JsonSerializable(typeof(List<GroupResponse>))]
[JsonSerializable(typeof(GroupContent))]
[JsonSerializable(typeof(IReadOnlyList<SettingResponse>))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(Page<SignInResponse>))]
[JsonSerializable(typeof(NewList))]
[JsonSerializable(typeof(ListChange))]
[JsonSerializable(typeof(Page<ListResponse>))]
[JsonSerializable(typeof(List<ListShareResponse>))]
[JsonSerializable(typeof(ShareContent))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string[]>))]
[JsonSerializable(typeof(Dictionary<string, string[]>))]
[JsonSerializable(typeof(NewTodo))]
[JsonSerializable(typeof(NewTodos))]
[JsonSerializable(typeof(TodosCreated))]
[JsonSerializable(typeof(TodoCopy))]
[JsonSerializable(typeof(NewComment))]
[JsonSerializable(typeof(CommentChange))]
[JsonSerializable(typeof(Page<CommentResponse>))]
[JsonSerializable(typeof(Page<FileResponse>))]
[JsonSerializable(typeof(FileUsageResponse))]
[JsonSerializable(typeof(NewFileLink))]
[JsonSerializable(typeof(FileLinkCreated))]
[JsonSerializable(typeof(TodoQuery))]
[JsonSerializable(typeof(NewFilter))]
[JsonSerializable(typeof(FilterChange))]
[JsonSerializable(typeof(Page<FilterResponse>))]
[JsonSerializable(typeof(Page<SearchHit>))]
[JsonSerializable(typeof(Page<EventResponse>))]
[JsonSerializable(typeof(Page<NotificationResponse>))]
[JsonSerializable(typeof(NotificationCount))]
[JsonSerializable(typeof(NewWebhook))]
[JsonSerializable(typeof(WebhookChange))]
[JsonSerializable(typeof(Page<WebhookResponse>))]
[JsonSerializable(typeof(WebhookSecretResponse))]
[JsonSerializable(typeof(Page<WebhookDeliveryResponse>))]
[JsonSerializable(typeof(WebhookMessage))]
[JsonSerializable(typeof(NewWorkEntry))]
[JsonSerializable(typeof(Page<WorkEntryResponse>))]
[JsonSerializable(typeof(TodoWorkResponse))]
[JsonSerializable(typeof(MyWorkResponse))]
[JsonSerializable(typeof(PeopleWorkResponse))]
[JsonSerializable(typeof(StatisticsResponse))]
[JsonSerializable(typeof(DailyCounts))]
[JsonSerializable(typeof(FirstStepsResponse))]
[JsonSerializable(typeof(NewTag))]
[JsonSerializable(typeof(TagChange))]
[JsonSerializable(typeof(TagMerge))]
[JsonSerializable(typeof(Page<TagResponse>))]
[JsonSerializable(typeof(NewBackendTodo))]
[JsonSerializable(typeof(BackendTodoChange))]
[JsonSerializable(typeof(List<BackendTodo>))]
[JsonSerializable(typeof(TodoChange))]
[JsonSerializable(typeof(OccurrenceChange))]
[JsonSerializable(typeof(CalendarEntry))]
[JsonSerializable(typeof(CalendarResponse))]
[JsonSerializable(typeof(FeedEntry))]
[JsonSerializable(typeof(NewCalendarFeed))]
[JsonSerializable(typeof(CalendarFeedCreated))]
[JsonSerializable(typeof(Page<CalendarFeedResponse>))]
[JsonSerializable(typeof(TodoImportReport))]
[JsonSerializable(typeof(QuickAddRequest))]
[JsonSerializable(typeof(QuickAddResponse))]
[JsonSerializable(typeof(Page<TodoResponse>))]
internal sealed partial class ApiJson : JsonSerializerContext;
