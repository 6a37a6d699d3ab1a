using System.Net;
using Consent.Audit.Logs;
using Consent.Tests.Support;
using Consent.VerifiableLog;

namespace Consent.Audit.Tests.Logs;

/// <summary>How what is served is answered: headers, conditions, and that what a checkpoint covers is never said not to be there.</summary>
public sealed class ServeLogAnswersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task UntilTheLogsAreOpened_EveryAddressOfThem_IsNotReady()
    {
        // A file where their folder is to be.
        var logs = _folder.File("data", "audit", "logs");
        Directory.CreateDirectory(Path.GetDirectoryName(logs)!);
        await File.WriteAllTextAsync(logs, "", TestContext.Current.CancellationToken);
        await using var audit = await AuditWithLogs.StartOnlyAsync(_folder);
        foreach (var path in (string[])["checkpoint", "keys", "tile/0/000"])
        {
            var answer = await audit.GetAsync($"/log/tuinhuis/{path}");
            await ProblemOf.IsAsync(answer, 503, "logs-not-ready");
            Assert.Equal((TimeSpan.FromSeconds(2), true), (answer.Headers.RetryAfter!.Delta, answer.Headers.CacheControl!.NoStore));
        }

        File.Delete(logs);
        await audit.HearAsync(Samples.Choice());
        await audit.RoundAsync();
        Assert.Equal(HttpStatusCode.OK, (await audit.GetAsync("/log/tuinhuis/checkpoint")).StatusCode);
        await ProblemOf.IsAsync(await audit.GetAsync("/log/nobody/checkpoint", audit.Token("audit", "*")), 404, "unknown-log");
    }

    [Theory]
    [InlineData("checkpoint", "no-store")]
    [InlineData("keys", "no-store")]
    [InlineData("tile/0/000", "public, max-age=31536000, immutable")]
    [InlineData("tile/entries/000", "public, max-age=31536000, immutable")]
    [InlineData("tile/0/001.p/1", "public, max-age=60")]
    public async Task EachAnswer_HasATagOfItsBytes_AndIsNotSentAgainToWhoHasThem(string path, string kept)
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => audit.HearAsync(Samples.Choice($"choice-{i}"))));
        await audit.RoundAsync();
        var whole = await audit.GetAsync($"/log/tuinhuis/{path}");
        var bytes = await whole.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, kept), (whole.StatusCode, whole.Headers.CacheControl!.ToString()));

        var head = await audit.SendAsync(HttpMethod.Head, $"/log/tuinhuis/{path}");
        Assert.Equal((HttpStatusCode.OK, kept, whole.Headers.ETag, (long?)bytes.Length), (head.StatusCode, head.Headers.CacheControl!.ToString(), head.Headers.ETag, head.Content.Headers.ContentLength));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.False(whole.Headers.ETag!.IsWeak);
        var tag = whole.Headers.ETag!.ToString();

        var same = await audit.SendAsync(HttpMethod.Get, $"/log/tuinhuis/{path}", ("If-None-Match", tag));
        Assert.Equal((HttpStatusCode.NotModified, kept), (same.StatusCode, same.Headers.CacheControl!.ToString()));
        if (path != "checkpoint") return;
        await audit.HearAsync(Samples.Choice("one-more"));
        await audit.RoundAsync();
        Assert.Equal(HttpStatusCode.OK, (await audit.SendAsync(HttpMethod.Get, "/log/tuinhuis/checkpoint", ("If-None-Match", tag))).StatusCode);
    }

    [Fact]
    public async Task TilesThatAreBeingMadeAnew_AreNotReady_AndNotSaidNotToBeThere()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Choice());
        await audit.RoundAsync();
        var size = (await audit.CheckpointAsync()).Size;
        Directory.Delete(_folder.File("data", "audit", "logs", "of", "tuinhuis", "tile"), recursive: true);
        foreach (var tile in (TileAddress[])[TileAddress.InTree(0, 0, size), TileAddress.InTree(TileAddress.Entries, 0, size)])
        {
            var answer = await audit.GetAsync($"/log/tuinhuis/{tile.Path}");
            await ProblemOf.IsAsync(answer, 503, "logs-not-ready");
            Assert.True(answer.Headers.CacheControl!.NoStore);
        }

        await ProblemOf.IsAsync(await audit.GetAsync($"/log/tuinhuis/{TileAddress.InTree(0, 0, size + 1).Path}"), 404, "unknown-tile");
    }

    /// <summary>As after the folder was made anew, when more had been appended than the newest checkpoint covers.</summary>
    [Theory]
    [InlineData(300, 400)]
    [InlineData(1, 255)]
    [InlineData(40, 700)]
    public async Task TilesOfACheckpoint_AreCutOutOfWhateverWiderOnesThereAre(int signed, int appended)
    {
        ReadOnlyMemory<byte>[] entries = [.. Enumerable.Range(0, appended).Select(i => new ReadOnlyMemory<byte>([(byte)i, (byte)(i >> 8)]))];
        var (all, uneventful) = (_folder.File("all"), _folder.File("uneventful"));
        await LogFolder.Open(all, 0).AppendAsync(entries, TestContext.Current.CancellationToken);
        await LogFolder.Open(uneventful, 0).AppendAsync(entries[..signed], TestContext.Current.CancellationToken);
        var tiles = new ServedTiles(new FolderReader(all), signed);
        foreach (var level in (int[])[TileAddress.Entries, 0])
        {
            var address = TileAddress.InTree(level, (signed - 1) >> 8, signed);
            Assert.Equal(new FolderReader(uneventful).Read(address.Path)!.Value.ToArray(), (await tiles.ReadAsync(address.Path, TestContext.Current.CancellationToken))!.Value.ToArray());
        }

        Assert.Null(await tiles.ReadAsync(TileAddress.InTree(0, signed >> 8, signed + 1).Path, TestContext.Current.CancellationToken));
        Assert.Equal(await LogCheck.RunAsync(new FolderReader(uneventful), signed), await LogCheck.RunAsync(tiles, signed));
    }
}
