using System.Text.Json.Nodes;
using Consent.Tests.Support;
using Consent.VerifiableLog;

namespace Consent.Cli.Tests.Logs;

/// <summary><c>audit log-key</c> on a data folder.</summary>
public sealed class RotateLogKeyTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Each_key_gets_a_successor_of_its_name_and_none_is_replaced()
    {
        var folder = new NoteKeyFolder(_data.File("keys", "audit"), "log-weefgoed");
        var first = NoteKeyFolder.Algorithms.Select(algorithm => folder.Make(algorithm, 1, "localhost/log/weefgoed").Key.ToString()).ToList();
        Assert.Equal(first, await KeysAsync());

        var second = await KeysAsync("--rotate");
        Assert.Equal(first.Count, second.Count);
        Assert.Empty(first.Intersect(second));
        Assert.All(NoteKeyFolder.Algorithms, algorithm => Assert.Equal([1, 2], folder.Versions(algorithm)));
        Assert.Equal(first, NoteKeyFolder.Algorithms.Select(algorithm => folder.Open(algorithm, 1).Key.ToString()));
        Assert.Equal(second, NoteKeyFolder.Algorithms.Select(algorithm => folder.Open(algorithm, 2).Key.ToString()));
        Assert.All(second, key => Assert.StartsWith("localhost/log/weefgoed+", key, StringComparison.Ordinal));
        Assert.Contains("version 3, signs from the log's next checkpoint on", (await RunAsync("weefgoed", "--rotate")).Output, StringComparison.Ordinal);
    }

    /// <summary>The pair that the key which is left announces: of both algorithms, under a number that no lost file can have.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_one_key_is_lost_or_cannot_be_read_a_full_new_pair_is_made(bool isUnreadable)
    {
        Assert.SkipUnless(Ed25519NoteSigner.IsAvailable, "There is one algorithm without OpenSSL 3.");
        var folder = new NoteKeyFolder(_data.File("keys", "audit"), "log-weefgoed");
        foreach (var algorithm in NoteKeyFolder.Algorithms) folder.Make(algorithm, 1, "localhost/log/weefgoed");
        var lost = _data.File("keys", "audit", "log-weefgoed.ed25519.1.key");
        if (isUnreadable) await File.WriteAllTextAsync(lost, "PRIVATE+KEY+loc");
        else File.Delete(lost);

        // Without --rotate what is wrong is told, and nothing is made.
        var (code, _, errors) = await RunAsync("weefgoed");
        Assert.Equal(isUnreadable ? (1, true) : (0, false), (code, errors.Contains("Version 1 of the Ed25519 key cannot be read", StringComparison.Ordinal)));
        (code, _, errors) = await RunAsync("weefgoed", "--rotate");
        Assert.Equal((0, isUnreadable), (code, errors.Length > 0));
        Assert.All(NoteKeyFolder.Algorithms, algorithm => Assert.Equal("localhost/log/weefgoed", folder.Open(algorithm, 2).Key.Name));
        Assert.Equal(isUnreadable, File.Exists(lost));

        foreach (var file in Directory.GetFiles(_data.File("keys", "audit"))) await File.WriteAllTextAsync(file, "PRIVATE+KEY+loc");
        (code, _, errors) = await RunAsync("weefgoed", "--rotate");
        Assert.Equal(1, code);
        Assert.Contains("No key of the log weefgoed can be read", errors, StringComparison.Ordinal);
        Assert.False(folder.Has(NoteKeyType.Ecdsa, 3));
    }

    [Fact]
    public async Task Of_a_log_that_has_none_no_key_is_made()
    {
        var (code, _, errors) = await RunAsync("nobody", "--rotate");
        Assert.Equal(1, code);
        Assert.Contains("There is no key of a log nobody", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_data.File("keys")));
        Assert.Equal(2, (await RunAsync("../nobody", "--rotate")).Code);
    }

    private async Task<List<string>> KeysAsync(params string[] more)
    {
        var (code, output, errors) = await RunAsync("weefgoed", ["--json", .. more]);
        Assert.True(code == 0, errors);
        return [.. JsonNode.Parse(output)!["keys"]!.AsArray().Select(key => (string)key!["key"]!)];
    }

    private Task<(int Code, string Output, string Errors)> RunAsync(string log, params string[] more) =>
        CommandLine.RunAsync(["audit", "log-key", "--log", log, "--data", _data.Path, .. more]);
}
