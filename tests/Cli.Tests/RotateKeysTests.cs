using Consent.Contracts;
using Consent.Storage;
using Consent.Tests.Support;

namespace Consent.Cli.Tests;

/// <summary><c>keys rotate</c> over the keys of controllers, as an operator runs it beside a service.</summary>
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
