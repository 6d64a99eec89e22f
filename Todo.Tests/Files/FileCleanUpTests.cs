using Todo.Api.Files;
using Todo.Tests.Servers;
using static Todo.Tests.Files.FilesHost;

namespace Todo.Tests.Files;

/// <summary>An API that cleans up all the time.</summary>
public sealed class CleaningHost : FilesHost
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => [.. base.Arguments, "--Files:CleanUpInterval=00:00:00.100", "--Files:OrphanInterval=00:00:00.100"];
}

public sealed class FileCleanUpTests(CleaningHost api) : IClassFixture<CleaningHost>
{
    [Fact]
    public async Task What_an_upload_left_that_died_goes_and_one_that_is_under_way_stays()
    {
        using var owner = await api.CreateTenantAsync();
        var (todo, schema) = (await owner.AddTodoAsync("With files"), await api.SchemaAsync(owner.Slug));
        var (dead, alive) = (new FileKey(schema.TenantId, Guid.CreateVersion7()), new FileKey(schema.TenantId, Guid.CreateVersion7()));
        foreach (var key in (FileKey[])[dead, alive])
        {
            Write(key, ".part");
        }

        await api.ExecuteAsync(
            $"""
            UPDATE {schema}.file_usage SET bytes = 300;
            INSERT INTO {schema}.files (id, todo_id, name, content_type, size, created_at, state)
            VALUES ('{dead.File}', '{todo}', 'dead', '', 100, now() - interval '1 hour', 'uploading'), ('{alive.File}', '{todo}', 'alive', '', 200, now() - interval '20 minutes', 'uploading');
            """);

        // The row goes last.
        await Eventually.TrueAsync(async () => await UsedAsync(owner) == 200 && await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.files") == 1);
        (await api.KeptAsync(owner)).ShouldBe([$"{alive.File:N}.part"]);
        (await api.ColumnAsync($"SELECT name FROM {schema}.files")).ShouldBe(["alive"]);
    }

    [Fact]
    public async Task Files_go_with_their_todo_when_it_is_gone_for_good()
    {
        using var owner = await api.CreateTenantAsync();
        var (todo, other, schema) = (await owner.AddTodoAsync("Gone"), await owner.AddTodoAsync("Stays"), await api.SchemaAsync(owner.Slug));
        await PutAsync(owner, todo, Noise(1000));
        var stays = await PutAsync(owner, other, Noise(500));
        await api.ExecuteAsync($"DELETE FROM {schema}.todos WHERE id = '{todo}'");
        await Eventually.TrueAsync(async () => await UsedAsync(owner) == 500 && await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.files") == 1);
        (await api.KeptAsync(owner)).ShouldBe([stays.GetProperty("id").GetGuid().ToString("N")]);
    }

    [Fact]
    public async Task What_belongs_to_nobody_goes_when_it_is_old_enough()
    {
        using var owner = await api.CreateTenantAsync();
        using var migrated = await api.CreateTenantAsync();
        var todo = await owner.AddTodoAsync("With a file");
        var (ours, theirs, gone) = ((await api.SchemaAsync(owner.Slug)).TenantId, (await api.SchemaAsync(migrated.Slug)).TenantId, Guid.CreateVersion7());
        var file = new FileKey(ours, (await PutAsync(owner, todo, Noise(100))).GetProperty("id").GetGuid());
        await api.ExecuteAsync($"UPDATE tenants SET schema_version = '20990101000000_Newer', updated_at = clock_timestamp() WHERE slug = '{migrated.Slug}'");

        // A file that somebody has, something young, and something of a tenant that this build does not know its way about.
        File.SetLastWriteTimeUtc(PathOf(file), DateTime.UtcNow.AddHours(-2));
        var (young, unknown) = (new FileKey(ours, Guid.CreateVersion7()), new FileKey(theirs, Guid.CreateVersion7()));
        Write(young, age: TimeSpan.FromMinutes(50));
        Write(unknown, age: TimeSpan.FromHours(2));

        // Two one after the other, so that everything was looked at in between.
        for (var i = 0; i < 2; i++)
        {
            FileKey[] orphans = [new(ours, Guid.CreateVersion7()), new(gone, Guid.CreateVersion7())];
            foreach (var orphan in orphans)
            {
                Write(orphan, age: TimeSpan.FromHours(2));
            }

            await Eventually.TrueAsync(() => Task.FromResult(orphans.All(orphan => !File.Exists(PathOf(orphan)))));
        }

        new[] { file, young, unknown }.ShouldAllBe(key => File.Exists(PathOf(key)));
    }

    private string PathOf(FileKey key) => Path.Combine(api.FilesFolder, key.TenantName, key.FileName);

    private void Write(FileKey key, string ending = "", TimeSpan age = default)
    {
        var path = PathOf(key) + ending;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);

        // Under another name until it is old.
        File.WriteAllText(path + ".new", "content");
        File.SetLastWriteTimeUtc(path + ".new", DateTime.UtcNow - age);
        File.Move(path + ".new", path);
    }
}
