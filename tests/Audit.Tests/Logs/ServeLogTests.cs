using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Consent.Tests.Support;
using Consent.VerifiableLog;

namespace Consent.Audit.Tests.Logs;

public sealed class ServeLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("checkpoint")]
    [InlineData("keys")]
    [InlineData("tile/0/000.p/1")]
    [InlineData("tile/entries/000.p/1")]
    public async Task ALogThatIsNotPublic_IsOpenToItsControllerAlone_AndLooksToOthersLikeOneThatIsNotThere(string path)
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder, ("Audit:PublicLogs", "somebody-else, another"));
        await audit.HearAsync(Samples.Choice());
        await audit.RoundAsync();

        await ProblemOf.IsAsync(await audit.GetAsync($"/log/tuinhuis/{path}"), 401, "token-needed");
        await ProblemOf.IsAsync(await audit.GetAsync($"/log/tuinhuis/{path}", audit.Token("consent", "*")), 403, "scope-needed");
        var foreign = await audit.GetAsync($"/log/tuinhuis/{path}", audit.Token("audit", "bakkers"));
        await ProblemOf.IsAsync(foreign, 404, "unknown-log");
        var absent = await audit.GetAsync($"/log/nobody/{path}", audit.Token("audit", "bakkers"));
        Assert.Equal(await absent.Content.ReadAsStringAsync(), await foreign.Content.ReadAsStringAsync());
        var own = await audit.GetAsync($"/log/tuinhuis/{path}", audit.Token("audit", Samples.Controller));
        Assert.Equal((HttpStatusCode.OK, "no-store"), (own.StatusCode, own.Headers.CacheControl!.ToString()));
        Assert.Equal(HttpStatusCode.OK, (await audit.GetAsync($"/log/tuinhuis/{path}", audit.Token("admin"))).StatusCode);
    }

    [Fact]
    public async Task APublicLog_IsServedAsTheSpecificationSays_AsFarAsItsCheckpointCovers()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => audit.HearAsync(Samples.Choice($"choice-{i}"))));
        await audit.RoundAsync();
        var size = (await audit.CheckpointAsync()).Size;

        var checkpoint = await audit.GetAsync("/log/tuinhuis/checkpoint");
        Assert.Equal(("text/plain; charset=utf-8", "no-store"), (checkpoint.Content.Headers.ContentType!.ToString(), checkpoint.Headers.CacheControl!.ToString()));
        var tile = await audit.GetAsync("/log/tuinhuis/tile/0/000");
        Assert.Equal("application/octet-stream", tile.Content.Headers.ContentType!.ToString());
        Assert.Contains("immutable", tile.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal(256 * NodeHash.Length, (await tile.Content.ReadAsByteArrayAsync()).Length);
        Assert.DoesNotContain("immutable", (await audit.GetAsync($"/log/tuinhuis/tile/0/001.p/{size - 256}")).Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        string[] absent =
        [
            "tile/0/001", $"tile/0/001.p/{size - 255}", "tile/1/000", "tile/9/000", "tile/entries/002",
            "tile/0/00", "tile/00/000", "tile/0/x000/000", "tile/0/000.p/256", "tile/0/000.p/0", "tile/..%2Fkeys",
        ];
        foreach (var none in absent)
            await ProblemOf.IsAsync(await audit.GetAsync($"/log/tuinhuis/{none}"), 404, "unknown-tile");
        // A partial one that was never written is cut out of the full one.
        Assert.Equal((await tile.Content.ReadAsByteArrayAsync())[..(17 * NodeHash.Length)], await (await audit.GetAsync("/log/tuinhuis/tile/0/000.p/17")).Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task WhatIsServed_NamesNobodyAndNoSite_NorAnyPlainHashOfThem()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Publication());
        await audit.HearAsync(Samples.OptOut());
        await audit.HearAsync(Samples.Choice());
        await audit.HearAsync(Samples.Applied("newsletter", 80));
        await audit.RoundAsync();
        var size = (await audit.CheckpointAsync()).Size;

        var served = new List<byte[]>();
        foreach (var path in (string[])["checkpoint", "keys", TileAddress.InTree(0, 0, size).Path, TileAddress.InTree(TileAddress.Entries, 0, size).Path])
            served.Add(await (await audit.GetAsync($"/log/tuinhuis/{path}")).Content.ReadAsByteArrayAsync());
        foreach (var file in Directory.GetFiles(_folder.File("data", "audit", "logs"), "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != "lock"))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes);
            served.Add(bytes);
        }

        var choice = Samples.Choice();
        string[] secrets = [Samples.OptOut().SubjectId, choice.Receipt.SubjectId, "\"tuin\"", "newsletter", "statistics", "offers", choice.Receipt.Declaration!, "receipt-1", "opt-out-1"];
        foreach (var secret in secrets)
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes(secret));
            string[] spelled = [secret, Convert.ToHexStringLower(hash), Convert.ToBase64String(hash)[..42], Base64Url.EncodeToString(hash)];
            byte[][] forms = [hash, .. spelled.Select(text => Encoding.UTF8.GetBytes(text))];
            Assert.DoesNotContain(served, bytes => forms.Any(form => bytes.AsSpan().IndexOf(form) >= 0));
        }

        // The search finds what is there.
        Assert.Contains(served, bytes => bytes.AsSpan().IndexOf("\"commitment\""u8) >= 0);
    }
}
