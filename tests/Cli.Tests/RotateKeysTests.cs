using System.Globalization;
using System.Security.Cryptography;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Storage;
using Consent.Tests.Support;

namespace Consent.Cli.Tests;

/// <summary><c>keys rotate</c> over the keys of controllers, of links and of addresses, as an operator runs it beside a service.</summary>
public sealed class RotateKeysTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Rotate_WrappingAndControllers_BesideARunningService_AndEverythingStillOpens()
    {
        var id = "";
        using (var log = Open())
        {
            id = await AppendAsync(log, "a", "bakkers");
            Assert.Equal("""[{"service":"consent","wrapping":"2","keys":1}]""", await DoneAsync("--wrapping", "--json"));
            Assert.Equal("consent: keys of controllers with a new version: 1; wrapping key 2 holds.", await DoneAsync("--controllers"));
            Assert.NotNull(await log.FindByIdAsync(id, TestContext.Current.CancellationToken));
            await AppendAsync(log, "b", "another");
        }

        Assert.Equal("""[{"service":"consent","wrapping":"3","keys":3}]""", await DoneAsync("--wrapping", "--json"));
        using var again = Open();
        Assert.Equal("a", (await again.FindByIdAsync(id, TestContext.Current.CancellationToken))!.Stream);
        Assert.NotNull(await again.LatestAsync("b", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Rotate_OfWhatIsNotThere_OrOfBothAtOnce_IsRefused()
    {
        var (code, _, errors) = await CommandLine.RunAsync("keys", "rotate", "--wrapping", "--data", _folder.Path);
        Assert.Equal((1, true), (code, errors.Contains("name the data folder", StringComparison.Ordinal)));

        (code, _, errors) = await CommandLine.RunAsync("keys", "rotate", "--wrapping", "--controllers", "--data", _folder.Path);
        Assert.Equal((2, true), (code, errors.Contains("one after the other", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Rotate_TokensAndAddresses_GiveEachRingThatThereIsOneMoreVersion_BesideARunningService()
    {
        var keys = new IdentifierKeys(Identifiers());
        keys.Ring("token");
        var (baker, butcher) = (keys.Addresses("bakkers").AddressId("jan@example.com"), keys.Addresses("slagers").AddressId("jan@example.com"));

        Assert.Equal("""[{"ring":"token","version":2}]""", await DoneAsync("--tokens", "--json"));
        Assert.Equal("address-bakkers: version 2 from now on; older ones stay for what was made with them.", await DoneAsync("--addresses", "--controller", "bakkers"));
        Assert.Equal("""[{"ring":"address-bakkers","version":3},{"ring":"address-slagers","version":2}]""", await DoneAsync("--addresses", "--json"));

        Assert.Equal((2, 3, 2), (keys.Ring("token").Count, keys.Addresses("bakkers").Count, keys.Addresses("slagers").Count));
        Assert.Equal((baker, butcher), (keys.Addresses("bakkers").AddressIds("jan@example.com")[^1], keys.Addresses("slagers").AddressIds("jan@example.com")[^1]));
    }

    [Fact]
    public async Task Rotate_TokensAndAddresses_WhereThereAreNone_MakesNone()
    {
        foreach (var how in (string[][])[["--tokens"], ["--addresses"], ["--addresses", "--controller", "nobody"]])
            Assert.Contains("after its first use", await RefusedAsync(how), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
        new IdentifierKeys(Identifiers()).Addresses("bakkers");
        Assert.Contains("key of addresses of nobody", await RefusedAsync("--addresses", "--controller", "nobody"), StringComparison.Ordinal);
        Assert.Contains("secret of tokens", await RefusedAsync("--tokens"), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(Identifiers()));
        Assert.Equal(2, (await CommandLine.RunAsync("keys", "rotate", "--controller", "bakkers", "--data", _folder.Path)).Code);
        Assert.Equal(2, (await CommandLine.RunAsync("keys", "rotate", "--tokens", "--addresses", "--data", _folder.Path)).Code);
    }

    [Fact]
    public async Task Rotate_Addresses_WhereOneIsLostOrDamaged_ChangesNone()
    {
        var keys = new IdentifierKeys(Identifiers());
        foreach (var controller in (string[])["bakkers", "slagers"]) keys.Succeed($"address-{controller}");
        var second = Path.Combine(Identifiers(), "address-slagers.2.key");
        await File.WriteAllTextAsync(second, "half a key");
        Assert.Contains("its own backup", await RefusedAsync("--addresses"), StringComparison.Ordinal);
        File.Delete(second);
        await File.WriteAllTextAsync(Path.Combine(Identifiers(), "address-slagers.3.key"), Key());
        Assert.Contains("is missing", await RefusedAsync("--addresses"), StringComparison.Ordinal);
        Assert.Equal(2, keys.Addresses("bakkers").Count);
        Assert.False(File.Exists(second));
    }

    [Fact]
    public async Task Rotate_Tokens_PastTheLastThatATokenCanName_IsRefused()
    {
        for (var version = 1; version <= 255; version++)
            await File.WriteAllTextAsync(Path.Combine(Identifiers(), $"token.{version.ToString(CultureInfo.InvariantCulture)}.key"), Key());
        Assert.Contains("255 are spent", await RefusedAsync("--tokens"), StringComparison.Ordinal);
        Assert.Equal(255, Directory.GetFiles(Identifiers()).Length);
    }

    private static string Key() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyRing.KeyBytes));

    private string Identifiers() => Directory.CreateDirectory(_folder.File("keys", "marketing-unsubscribe")).FullName;

    private async Task<string> RefusedAsync(params string[] how)
    {
        var (code, output, errors) = await CommandLine.RunAsync(["keys", "rotate", "--data", _folder.Path, .. how]);
        Assert.Equal((1, ""), (code, output));
        return errors;
    }

    private async Task<string> DoneAsync(params string[] how)
    {
        var (code, output, errors) = await CommandLine.RunAsync(["keys", "rotate", "--data", _folder.Path, .. how]);
        Assert.Equal((0, ""), (code, errors));
        return output;
    }

    private SqliteRecordLog Open()
    {
        Directory.CreateDirectory(_folder.File("consent"));
        return SqliteRecordLog.Open(new LogFiles(_folder.File("consent", "log.db"), _folder.File("keys", "consent")), "consent", TimeProvider.System);
    }

    private static async Task<string> AppendAsync(SqliteRecordLog log, string stream, string controller) =>
        Assert.IsType<AppendOutcome.Appended>(await log.AppendAsync(new NewRecord
        {
            Stream = stream,
            Version = 1,
            Kind = "note",
            RecordedAt = TimeProvider.System.Now(),
            Payload = "{}"u8.ToArray(),
            Controller = controller,
        })).Record.Id;
}
