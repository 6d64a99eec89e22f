using Todo.Tests.Api;
using Todo.Tests.Servers;

namespace Todo.Tests.Retention;

/// <summary>An API that looks for old rows all the time.</summary>
public sealed class RetentionHost : ApiHost
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => ["--Retention:RegistrationDays=7", "--Retention:MailDays=5", "--Retention:Interval=00:00:00.100", "--Retention:TrashDays=3", "--Retention:NotificationDays=2", "--Retention:TrashInterval=00:00:00.100", "--SignUp:PollInterval=01:00:00"];
}

public sealed class RetentionTests(RetentionHost api) : IClassFixture<RetentionHost>
{
    [Fact]
    public async Task What_is_older_than_configured_is_deleted_and_nothing_else()
    {
        using var owner = await api.CreateTenantAsync();
        var tenant = (await api.SchemaAsync(owner.Slug)).TenantId;
        var company = Guid.CreateVersion7();
        await api.ExecuteAsync(
            $"""
            INSERT INTO companies (id, country, tax_id, name, created_at) VALUES ('{company}', 'DE', '1234', 'Acme', now());
            INSERT INTO registrations (id, company_id, email, name, language, time_zone, slug, state, terms_accepted_at, created_at, updated_at, attempts, not_before)
            SELECT gen_random_uuid(), '{company}', state || days, 'N', 'en', 'UTC', 'acme', state, now(), now(), now() - days * interval '1 day', 0, 'infinity'
            FROM unnest(ARRAY['recorded', 'done', 'abandoned']) state, unnest(ARRAY[6, 8]) days;
            INSERT INTO outgoing_mail (id, tenant_id, user_id, template, created_at, not_before, attempts, sent_at)
            SELECT gen_random_uuid(), '{tenant}', '{owner.UserId}', 'kept' || days || coalesce(sent, ''), now() - days * interval '1 day', 'infinity', 1, CASE WHEN sent IS NULL THEN NULL ELSE now() END
            FROM unnest(ARRAY[4, 6]) days, unnest(ARRAY['sent', NULL]) sent;
            """);

        await Eventually.TrueAsync(async () => await api.ScalarAsync<long>("SELECT count(*) FROM outgoing_mail") == 2 && await api.ScalarAsync<long>("SELECT count(*) FROM registrations") == 4);

        (await api.ColumnAsync("SELECT email FROM registrations")).ShouldBe(["recorded6", "recorded8", "done6", "abandoned6"], ignoreOrder: true);
        (await api.ColumnAsync("SELECT template FROM outgoing_mail")).ShouldBe(["kept4", "kept4sent"], ignoreOrder: true);
    }

    [Fact]
    public async Task Lists_that_were_in_the_trash_for_long_enough_are_purged_with_their_todos_in_every_tenant()
    {
        using var one = await api.CreateTenantAsync();
        using var another = await api.CreateTenantAsync();
        TenantClient[] owners = [one, another];
        foreach (var owner in owners)
        {
            var schema = await api.SchemaAsync(owner.Slug);
            await api.ExecuteAsync(
                $"""
                INSERT INTO {schema}.todo_lists (id, name, deleted_at, created_at)
                VALUES ('{Guid.CreateVersion7()}', 'kept', NULL, now()), ('{Guid.CreateVersion7()}', 'in the trash', now() - interval '2 days', now()), ('{Guid.CreateVersion7()}', 'old', now() - interval '4 days', now());
                INSERT INTO {schema}.todos (id, list_id, title, created_by, created_at, updated_at) SELECT gen_random_uuid(), id, name, '{owner.UserId}', now(), now() FROM {schema}.todo_lists;
                """);
        }

        foreach (var owner in owners)
        {
            var schema = await api.SchemaAsync(owner.Slug);
            await Eventually.TrueAsync(async () => await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.todo_lists") == 2);
            (await api.ColumnAsync($"SELECT title FROM {schema}.todos")).ShouldBe(["kept", "in the trash"], ignoreOrder: true);
        }
    }

    [Fact]
    public async Task What_happened_long_ago_is_forgotten_and_what_is_purged_is_told()
    {
        using var owner = await api.CreateTenantAsync();
        var (schema, old) = (await api.SchemaAsync(owner.Slug), Guid.CreateVersion7());
        await api.ExecuteAsync(
            $"""
            INSERT INTO {schema}.events (at, kind, actor_kind) SELECT now() - days * interval '1 day', 'todos.respaced', 'system' FROM unnest(ARRAY[91, 89]) days;
            INSERT INTO {schema}.todo_lists (id, name, owner_id, visibility, deleted_at, created_at) VALUES ('{old}', 'old', '{owner.UserId}', 'private', now() - interval '4 days', now());
            INSERT INTO {schema}.todos (id, title, deleted_at, created_by, created_at, updated_at) VALUES ('{Guid.CreateVersion7()}', 'old', now() - interval '4 days', '{owner.UserId}', now(), now());
            """);
        await Eventually.TrueAsync(async () => await api.ScalarAsync<long>($"SELECT count(*) FILTER (WHERE kind LIKE '%.purged') - count(*) FILTER (WHERE at < now() - interval '90 days') FROM {schema}.events") == 2);
        (await api.ColumnAsync($"SELECT kind || actor_kind || (at < now() - interval '1 day') || coalesce(audience[1]::text, '') FROM {schema}.events"))
            .ShouldBe(["todos.respacedsystemtrue", "todo.purgedsystemfalse", $"list.purgedsystemfalse{owner.UserId}"], ignoreOrder: true);
    }

    [Fact]
    public async Task Todos_that_were_in_the_trash_for_long_enough_are_purged_with_their_parts()
    {
        using var owner = await api.CreateTenantAsync();
        var (schema, old) = (await api.SchemaAsync(owner.Slug), Guid.CreateVersion7());
        await api.ExecuteAsync(
            $"""
            INSERT INTO {schema}.todos (id, parent_id, title, deleted_at, created_by, created_at, updated_at) VALUES
                ('{old}', NULL, 'old', now() - interval '4 days', '{owner.UserId}', now(), now()),
                ('{Guid.CreateVersion7()}', '{old}', 'part', now() - interval '4 days', '{owner.UserId}', now(), now()),
                ('{Guid.CreateVersion7()}', NULL, 'in the trash', now() - interval '2 days', '{owner.UserId}', now(), now()),
                ('{Guid.CreateVersion7()}', NULL, 'kept', NULL, '{owner.UserId}', now(), now());
            """);
        await Eventually.TrueAsync(async () => await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.todos") == 2);
        (await api.ColumnAsync($"SELECT title FROM {schema}.todos")).ShouldBe(["in the trash", "kept"], ignoreOrder: true);
    }

    [Fact]
    public async Task What_people_were_told_of_long_ago_is_deleted_read_or_not()
    {
        using var owner = await api.CreateTenantAsync();
        var (schema, todo) = (await api.SchemaAsync(owner.Slug), await owner.AddTodoAsync("Told of"));
        await api.ExecuteAsync(
            $"""
            INSERT INTO {schema}.notifications (person_id, id, kind, todo_id, created_at, read_at)
            SELECT '{owner.UserId}', gen_random_uuid(), 'commented', '{todo}', now() - days * interval '1 day', read_at FROM unnest(ARRAY[1, 3]) days, unnest(ARRAY[now(), NULL]) read_at;
            """);
        await Eventually.TrueAsync(async () => await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.notifications") == 2);
        (await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.notifications WHERE created_at > now() - interval '2 days'")).ShouldBe(2);
    }
}
