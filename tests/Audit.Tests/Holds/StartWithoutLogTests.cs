using Consent.Audit.Holds;
using Consent.Audit.Tests.Logs;
using Consent.Contracts;
using Consent.Storage;
using Consent.Storage.Tests;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Holds;

/// <summary>Right after a loss the log is there and cannot be read yet: audit waits with all that it would answer, and puts back what is kept as soon as it can.</summary>
public sealed class StartWithoutLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(nameof(IRecordLog.NamedFeedAsync))]
    [InlineData(nameof(IRecordLog.LatestAsync))]
    [InlineData(nameof(IRecordLog.AppendAsync))]
    public async Task ALogThatCannotBeAskedYet_IsWaitedFor_AndWhatIsKeptIsPutBack(string method)
    {
        var act = new HoldAct(RandomId.New(), TimeProvider.System.Now(), "an officer", Samples.Site, Samples.Controller, ["0123456789abcdef0123"], "legal-claims");
        await using (var audit = await AuditWithLogs.StartAsync(_folder)) audit.Of<KeptHolds>().Keep(new KeptAct(HoldAct.HoldPlaced, act));
        var left = 3;

        await using var again = await AuditWithLogs.StartOverAsync(_folder, log =>
        {
            var (over, watched) = WatchedLog.Of(log);
            watched.IsAway = asked => asked == method && left-- > 0;
            return over;
        });

        Assert.True(left < 0, "It was never away.");
        Assert.True((await again.Of<HoldJournal>().ReadAsync(Samples.Site, default)).Has(HoldAct.HoldPlaced, act));
    }
}
