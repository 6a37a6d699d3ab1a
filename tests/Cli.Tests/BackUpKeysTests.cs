using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.Storage;
using Consent.Tests.Support;

namespace Consent.Cli.Tests;

/// <summary><c>keys backup</c>, as an operator runs it beside a service.</summary>
public sealed class BackUpKeysTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => _folder.File("data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task CopyThatIsTakenBesideARunningService_OpensWhatItWrote_AndIsItsOwnersAlone()
    {
        string id;
        using (var log = Open())
        {
            id = await AppendAsync(log, "a");
            var (code, output, errors) = await CommandLine.RunAsync("keys", "backup", _folder.File("copy"), "--data", Data, "--json");
            Assert.Equal((0, ""), (code, errors));
            Assert.Equal("consent", (string?)Assert.Single(JsonNode.Parse(output)!.AsArray())!["service"]);
            await AppendAsync(log, "b");
        }

        foreach (var entry in new DirectoryInfo(_folder.File("copy")).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Append(new DirectoryInfo(_folder.File("copy"))))
            Assert.Equal(UnixFileMode.None, entry.UnixFileMode & (UnixFileMode)0b111_111);
        Directory.Delete(Path.Combine(Data, "keys"), recursive: true);
        Directory.Move(_folder.File("copy"), Path.Combine(Data, "keys"));
        using var again = Open();
        Assert.Equal("a", (await again.FindByIdAsync(id, TestContext.Current.CancellationToken))!.Stream);
    }

    [Fact]
    public async Task FoldersThatWouldBringKeysAndDataTogether_AreRefused_BothWays()
    {
        using (var log = Open()) await AppendAsync(log, "a");
        Assert.Equal(0, (await CommandLine.RunAsync("backup", "--data", Data, "--to", _folder.File("of-data"))).Code);
        Assert.Equal(0, (await CommandLine.RunAsync("keys", "backup", _folder.File("of-keys"), "--data", Data)).Code);

        await IsRefusedAsync("lies in the data folder", "keys", "backup", Path.Combine(Data, "keys-copied"), "--data", Data);
        await IsRefusedAsync("holds a backup of data", "keys", "backup", Path.Combine(_folder.File("of-data"), "keys"), "--data", Data);
        await IsRefusedAsync("is not empty", "keys", "backup", _folder.File("of-data"), "--data", Data);
        await IsRefusedAsync("There are no keys", "keys", "backup", _folder.File("other"), "--data", _folder.File("nowhere"));
        await IsRefusedAsync("holds a copy of keys", "backup", "--data", Data, "--to", Path.Combine(_folder.File("of-keys"), "data"));
        await IsRefusedAsync("lies in the data folder", "backup", "--data", Data, "--to", Path.Combine(Data, "backups", "today"));
        Assert.False(Directory.Exists(_folder.File("other")));
    }

    private static async Task IsRefusedAsync(string told, params string[] line)
    {
        var (code, _, errors) = await CommandLine.RunAsync(line);
        Assert.Equal((1, true), (code, errors.Contains(told, StringComparison.Ordinal)));
    }

    private SqliteRecordLog Open()
    {
        Directory.CreateDirectory(Path.Combine(Data, "consent"));
        return SqliteRecordLog.Open(new LogFiles(Path.Combine(Data, "consent", "log.db"), Path.Combine(Data, "keys", "consent")), "consent", TimeProvider.System);
    }

    private static async Task<string> AppendAsync(SqliteRecordLog log, string stream) =>
        Assert.IsType<AppendOutcome.Appended>(await log.AppendAsync(new NewRecord
        {
            Stream = stream,
            Version = 1,
            Kind = "note",
            RecordedAt = TimeProvider.System.Now(),
            Payload = "{}"u8.ToArray(),
            Controller = "bakkers",
        })).Record.Id;
}
