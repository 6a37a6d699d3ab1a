using Npgsql;

namespace Consent.Storage.Tests;

/// <summary>A database of keys that came back from an older copy, or is away in the middle of an erasure.</summary>
public sealed partial class PostgresRecordLogTests
{
    [Fact]
    public async Task OlderCopyOfTheKeys_BesideNewerData_IsRefused()
    {
        var log = Open();
        await log.AppendedAsync("a", 1);
        Close(log);
        var dump = await _server.DumpAsync(_keys);
        log = Open();
        await log.AppendedAsync("b", 1);
        Close(log);
        await _server.RestoreAsync(_keys, dump);

        Assert.Contains("older than the log", Assert.Throws<IOException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ErasureWhoseKeyCouldNotBeDestroyed_IsUnavailable_AndItsRepeatDestroysIt()
    {
        var log = Open();
        await log.AppendedAsync("a", 1);
        await OfKeysAsync("ALTER TABLE test.person_key RENAME TO hidden");
        await Assert.ThrowsAsync<LogUnavailableException>(() => log.EraseAsync("a", default, Make.Moment));
        await OfKeysAsync("ALTER TABLE test.hidden RENAME TO person_key");

        Assert.Equal(LogRecord.Erased, (await log.EraseAsync("a", default, Make.Moment))!.Kind);

        Assert.Equal(1L, await OfKeysAsync("SELECT count(*) FROM test.person_key WHERE key IS NULL"));
    }

    private async Task<object?> OfKeysAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_keys + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
