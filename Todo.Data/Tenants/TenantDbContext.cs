using Microsoft.EntityFrameworkCore;
using Todo.Data.Access;
using Todo.Tenancy.Scoping;

namespace Todo.Data.Tenants;

/// <summary>The tables of one tenant, whichever it is: see <see cref="TenantScopedDbContext"/>.</summary>
public sealed class TenantDbContext(DbContextOptions<TenantDbContext> options) : TenantScopedDbContext(options)
{
    /// <summary>The tenant's people.</summary>
    public DbSet<User> Users => Set<User>();

    /// <summary>Their roles.</summary>
    public DbSet<Role> Roles => Set<Role>();

    /// <summary>What roles may hold.</summary>
    public DbSet<PermissionEntry> Permissions => Set<PermissionEntry>();

    /// <summary>What each role holds.</summary>
    public DbSet<RolePermission> RolePermissions => Set<RolePermission>();

    /// <summary>Who is signed in.</summary>
    public DbSet<Session> Sessions => Set<Session>();

    /// <summary>Tokens that mails carried and nobody has used yet.</summary>
    public DbSet<OneTimeToken> OneTimeTokens => Set<OneTimeToken>();

    /// <summary>Groups of people.</summary>
    public DbSet<Group> Groups => Set<Group>();

    /// <summary>Who is in them.</summary>
    public DbSet<GroupMember> GroupMembers => Set<GroupMember>();

    /// <summary>The tenant's settings.</summary>
    public DbSet<Setting> Settings => Set<Setting>();

    /// <summary>People's settings.</summary>
    public DbSet<UserSetting> UserSettings => Set<UserSetting>();

    /// <summary>Who did what.</summary>
    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();

    /// <summary>Who signed in, or tried to.</summary>
    public DbSet<SignInEntry> SignInEntries => Set<SignInEntry>();

    /// <summary>Keys of machines.</summary>
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    /// <summary>Links for guests.</summary>
    public DbSet<GuestLink> GuestLinks => Set<GuestLink>();

    /// <summary>Addresses for people's calendar programs.</summary>
    public DbSet<CalendarFeed> CalendarFeeds => Set<CalendarFeed>();

    /// <summary>Answers for whoever sends a request again.</summary>
    public DbSet<IdempotencyKey> IdempotencyKeys => Set<IdempotencyKey>();

    /// <summary>Lists of todos.</summary>
    public DbSet<TodoList> Lists => Set<TodoList>();

    /// <summary>To whom lists are shared.</summary>
    public DbSet<ListShare> ListShares => Set<ListShare>();

    /// <summary>Which lists people like to have at hand.</summary>
    public DbSet<ListFavourite> ListFavourites => Set<ListFavourite>();

    /// <summary>Todos.</summary>
    public DbSet<TodoItem> Todos => Set<TodoItem>();

    /// <summary>What of todos that repeat is not as their rule has it.</summary>
    public DbSet<TodoOccurrence> Occurrences => Set<TodoOccurrence>();

    /// <summary>What people put on todos.</summary>
    public DbSet<Tag> Tags => Set<Tag>();

    /// <summary>Conditions on todos that people keep.</summary>
    public DbSet<SavedFilter> SavedFilters => Set<SavedFilter>();

    /// <summary>What people say about todos.</summary>
    public DbSet<Comment> Comments => Set<Comment>();

    /// <summary>Files on todos.</summary>
    public DbSet<StoredFile> Files => Set<StoredFile>();

    /// <summary>How much they are.</summary>
    public DbSet<FileUsage> FileUsage => Set<FileUsage>();

    /// <summary>What people are told of.</summary>
    public DbSet<Notification> Notifications => Set<Notification>();

    /// <summary>Who did what with todos.</summary>
    public DbSet<WorkEntry> WorkEntries => Set<WorkEntry>();

    /// <summary>When people worked at todos.</summary>
    public DbSet<WorkSpan> WorkSpans => Set<WorkSpan>();

    /// <summary>What happened.</summary>
    public DbSet<TenantEvent> Events => Set<TenantEvent>();

    /// <summary>How far that was put into an order.</summary>
    public DbSet<EventHead> EventHeads => Set<EventHead>();

    /// <summary>Addresses that are told.</summary>
    public DbSet<Webhook> Webhooks => Set<Webhook>();

    /// <summary>What each was told, or is to be.</summary>
    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();

    /// <summary>Who makes the changes of this context; the system, until somebody says otherwise.</summary>
    public EventActor Actor { get; set; } = EventActor.System;

    /// <summary>Binds this context to a tenant, and its changes to whoever makes them.</summary>
    /// <exception cref="InvalidOperationException">It is bound to another tenant.</exception>
    public void Enter(TenantSchema schema, EventActor actor)
    {
        Enter(schema);
        Actor = actor;
    }

    /// <inheritdoc/>
    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        EventRecorder.Record(this, TimeProvider.System.GetTimestamptz());
        return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    /// <inheritdoc/>
    public override int SaveChanges(bool acceptAllChangesOnSuccess)
    {
        EventRecorder.Record(this, TimeProvider.System.GetTimestamptz());
        return base.SaveChanges(acceptAllChangesOnSuccess);
    }

    /// <inheritdoc/>
    protected override void Leave()
    {
        Actor = EventActor.System;
        base.Leave();
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.Entity<IdempotencyKey>(key =>
        {
            key.ToTable("idempotency_keys").HasKey(k => k.Hash);
            key.Property(k => k.Headers).HasColumnType("jsonb");
        });
        modelBuilder.Entity<User>().ToTable("users");
        modelBuilder.Entity<Role>().ToTable("roles");
        modelBuilder.Entity<PermissionEntry>().ToTable("permissions").HasKey(permission => permission.Name);
        modelBuilder.Entity<RolePermission>().ToTable("role_permissions").HasKey(link => new { link.RoleId, link.Permission });
        modelBuilder.Entity<Session>().ToTable("sessions").HasKey(session => session.TokenHash);
        modelBuilder.Entity<OneTimeToken>(token =>
        {
            token.ToTable("one_time_tokens").HasKey(t => t.Hash);
            token.Property(t => t.Purpose).HasConversion(new SnakeCaseEnum<TokenPurpose>());
        });
        modelBuilder.Entity<Group>().ToTable("groups");
        modelBuilder.Entity<GroupMember>().ToTable("group_members").HasKey(member => new { member.GroupId, member.UserId });
        modelBuilder.Entity<Setting>(setting =>
        {
            setting.ToTable("settings").HasKey(s => s.Key);
            setting.Property(s => s.Value).HasColumnType("jsonb");
        });
        modelBuilder.Entity<UserSetting>(setting =>
        {
            setting.ToTable("user_settings").HasKey(s => new { s.UserId, s.Key });
            setting.Property(s => s.Value).HasColumnType("jsonb");
        });
        modelBuilder.Entity<AuditEntry>(entry =>
        {
            entry.ToTable("audit_entries");
            entry.Property(e => e.ActorKind).HasConversion(new SnakeCaseEnum<ActorKind>());
            entry.Property(e => e.Details).HasColumnType("jsonb");
        });
        modelBuilder.Entity<SignInEntry>(entry =>
        {
            entry.ToTable("sign_in_entries");
            entry.Property(e => e.Outcome).HasConversion(new SnakeCaseEnum<SignInOutcome>());
        });
        modelBuilder.Entity<ApiKey>().ToTable("api_keys");
        modelBuilder.Entity<GuestLink>().ToTable("guest_links");
        modelBuilder.Entity<CalendarFeed>().ToTable("calendar_feeds");
        modelBuilder.Entity<TodoList>(list =>
        {
            list.ToTable("todo_lists");
            list.Property(l => l.Visibility).HasConversion(new SnakeCaseEnum<ListVisibility>());
            list.Property(l => l.Version).IsConcurrencyToken();
        });
        modelBuilder.Entity<ListShare>().ToTable("list_shares").HasKey(share => new { share.ListId, share.SubjectId });
        modelBuilder.Entity<ListFavourite>().ToTable("list_favourites").HasKey(favourite => new { favourite.UserId, favourite.ListId });
        modelBuilder.Entity<TodoItem>(todo =>
        {
            todo.ToTable("todos");
            todo.Property(t => t.Source).HasConversion(new SnakeCaseEnum<TodoSource>());
            todo.Property(t => t.RecurrenceMode).HasConversion(new SnakeCaseEnum<RecurrenceMode>());
            todo.Property(t => t.RecurrenceFrom).HasColumnType("timestamp without time zone");
            todo.Property(t => t.Occurrence).HasColumnType("timestamp without time zone");
            todo.Property(t => t.Version).IsConcurrencyToken();
        });
        modelBuilder.Entity<TodoOccurrence>(occurrence =>
        {
            occurrence.ToTable("todo_occurrences").HasKey(o => new { o.TodoId, o.Original });
            occurrence.Property(o => o.Original).HasColumnType("timestamp without time zone");
            occurrence.Property(o => o.MovedTo).HasColumnType("timestamp without time zone");
        });
        modelBuilder.Entity<Tag>(tag =>
        {
            tag.ToTable("tags");
            tag.Property(t => t.Version).IsConcurrencyToken();
        });
        modelBuilder.Entity<SavedFilter>(filter =>
        {
            filter.ToTable("saved_filters");
            filter.Property(f => f.Conditions).HasColumnType("jsonb");
            filter.Property(f => f.Version).IsConcurrencyToken();
        });
        modelBuilder.Entity<Comment>().ToTable("comments");
        modelBuilder.Entity<StoredFile>(file =>
        {
            file.ToTable("files");
            file.Property(f => f.State).HasConversion(new SnakeCaseEnum<FileState>());
        });
        modelBuilder.Entity<FileUsage>().ToTable("file_usage");
        modelBuilder.Entity<TenantEvent>(one =>
        {
            one.ToTable("events");
            one.Property(e => e.Id).UseIdentityAlwaysColumn();
            one.Property(e => e.ActorKind).HasConversion(new SnakeCaseEnum<ActorKind>());
            one.Property(e => e.Changes).HasColumnType("jsonb");
        });
        modelBuilder.Entity<EventHead>().ToTable("event_heads");
        modelBuilder.Entity<WorkEntry>().ToTable("work_entries");
        modelBuilder.Entity<WorkSpan>().ToTable("work_spans");
        modelBuilder.Entity<Notification>(notification =>
        {
            notification.ToTable("notifications").HasKey(n => new { n.PersonId, n.Id });
            notification.Property(n => n.Kind).HasConversion(new SnakeCaseEnum<NotificationKind>());
        });
        modelBuilder.Entity<Webhook>(webhook =>
        {
            webhook.ToTable("webhooks");
            webhook.Property(w => w.Version).IsConcurrencyToken();
        });
        modelBuilder.Entity<WebhookDelivery>(delivery =>
        {
            delivery.ToTable("webhook_deliveries");
            delivery.Property(d => d.State).HasConversion(new SnakeCaseEnum<DeliveryState>());
        });
        modelBuilder.UseSnakeCaseNames();
    }
}
