using Consent.Contracts;
using Consent.Storage;
using Consent.Subscriber;
using Consent.UnsubscribeLinks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>The log loses its newest records under a running service, which the index has read already: then nothing that it read counts.</summary>
public sealed class LostRecordsTests : HostedTest
{
    private const string Jan = "jan@example.com", Piet = "piet@example.com";

    [Fact]
    public async Task WhatGotThePositionOfALostRecord_IsReadAllTheSame()
    {
        await using var failover = await Failover.StartAsync(Host);
        await failover.AppendAsync(failover.Primary, failover.OptOut(Piet));
        Assert.Equal(("opted-in", "suppressed"), (await failover.ReasonAsync(Jan), await failover.ReasonAsync(Piet)));
        await failover.AppendAsync(failover.Standby, failover.OptOut(Jan));

        failover.Happens();

        Assert.Equal(("suppressed", "no-basis"), (await failover.ReasonAsync(Jan), await failover.ReasonAsync(Piet)));
    }

    [Fact]
    public async Task WhatWasLost_IsKnownNoMore_WhileNothingStandsInItsPlace()
    {
        await using var failover = await Failover.StartAsync(Host);
        await failover.AppendAsync(failover.Primary, failover.OptOut(Piet));
        Assert.Equal("suppressed", await failover.ReasonAsync(Piet));

        failover.Happens();

        Assert.Equal(("opted-in", "no-basis"), (await failover.ReasonAsync(Jan), await failover.ReasonAsync(Piet)));
        await failover.AppendAsync(failover.Standby, failover.OptOut(Jan));
        Assert.Equal("suppressed", await failover.ReasonAsync(Jan));
    }

    [Fact]
    public async Task AnotherRecordUnderTheIdOfTheLostOne_IsToldFromIt()
    {
        await using var failover = await Failover.StartAsync(Host);
        var lost = await failover.AppendAsync(failover.Primary, failover.OptIn(Piet));
        Assert.Equal("opted-in", await failover.ReasonAsync(Piet));
        var given = await failover.AppendAsync(failover.Standby, failover.OptOut(Piet));
        Assert.Equal((lost.Id, lost.Position), (given.Id, given.Position));

        failover.Happens();

        Assert.Equal("suppressed", await failover.ReasonAsync(Piet));
    }

    [Fact]
    public async Task ARecordThatWasErased_IsNoLoss_AndNothingIsReadAnew()
    {
        await using var failover = await Failover.StartAsync(Host);
        for (var again = 0; again < 2; again++)
        {
            var last = await failover.AppendAsync(failover.Primary, failover.OptOut(Piet));
            Assert.Equal("opted-in", await failover.ReasonAsync(Jan));
            var built = failover.Feed.Built;

            await failover.Primary.EraseAsync(last.Stream, default, Sample.Noon);

            Assert.True(await failover.Feed.IsCurrentAsync(default));
            Assert.Same(built, failover.Feed.Built);
            Assert.Equal("opted-in", await failover.ReasonAsync(Jan));
        }
    }

    /// <summary>A log in which Jan is subscribed, a standby that has heard so much, and an index of the one that is in use.</summary>
    private sealed class Failover : IAsyncDisposable
    {
        private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
        private static readonly PublishedDeclaration _inForce = Sample.Published(Sample.Declaration());
        private readonly Folder _folder;
        private readonly MarketingHost _host;
        private readonly SwitchedLog _log;

        private Failover(MarketingHost host, Folder folder)
        {
            (_host, _folder, Primary, Standby) = (host, folder, Open(folder, "primary"), Open(folder, "standby"));
            _log = new SwitchedLog(Primary);
            var consent = host.Get<IServiceProvider>().GetRequiredKeyedService<SubscriberState>(MarketingUnsubscribeSetup.Service);
            Feed = new AddressIndexFeed(new AddressIndex(), _log, consent, TimeProvider.System, NullLogger<AddressIndexFeed>.Instance);
        }

        public SqliteRecordLog Primary { get; }

        public SqliteRecordLog Standby { get; }

        public AddressIndexFeed Feed { get; }

        public static async Task<Failover> StartAsync(MarketingHost host)
        {
            var folder = new Folder();
            using (var log = Open(folder, "primary")) await AppendOnTopAsync(log, OptIn(host, Jan));
            CopyAll(Path.Combine(folder.Path, "primary"), Path.Combine(folder.Path, "standby"));
            var failover = new Failover(host, folder);
            await failover.Feed.StartAsync(default);
            return failover;
        }

        public void Happens() => _log.Switch(Standby);

        public MarketingRecord OptIn(string address) => OptIn(_host, address);

        public MarketingRecord OptOut(string address) => OptOutDecisions.OptOut(
            null, new UnsubscribeLink(Sample.Controller, Sample.Site, "newsletter", address), SubjectOf(_host, address), "one-click-unsubscribe", RandomId.New(), Sample.Noon)!;

        public Task<LogRecord> AppendAsync(SqliteRecordLog log, MarketingRecord record) => AppendOnTopAsync(log, record);

        /// <summary>What the index alone answers, as soon as it does; at once, unless it has to be read anew.</summary>
        public async Task<string?> ReasonAsync(string address)
        {
            do await Feed.Built.WaitAsync(_patience);
            while (!await Feed.IsCurrentAsync(default));
            var answers = Feed.AnswersFor(
                _inForce, _host.Keys.Addresses(Sample.Controller), TopicOnChannel.Find(_inForce.Declaration, "newsletter", null)!, Sample.Noon,
                (own, held, isRelated) => MaySend.Decide(own, held, _inForce, "newsletter", Sample.Noon, isRelated: isRelated));
            answers.Begin();
            return answers.Of(address)?.Reason;
        }

        public async ValueTask DisposeAsync()
        {
            await Feed.StopAsync(default);
            Feed.Dispose();
            Primary.Dispose();
            Standby.Dispose();
            _folder.Dispose();
        }

        private static MarketingRecord OptIn(MarketingHost host, string address) => MarketingDecisions.OptIn(
            null, Sample.Site, SubjectOf(host, address), "newsletter",
            OptInProof.On(_inForce, _inForce.Declaration.FindTopic("newsletter")!, "nl", "form", Sample.Noon), RandomId.New(), Sample.Noon);

        private static string SubjectOf(MarketingHost host, string address) => host.Keys.Addresses(Sample.Controller).AddressId(address);

        private static async Task<LogRecord> AppendOnTopAsync(SqliteRecordLog log, MarketingRecord record)
        {
            var stream = MarketingRecord.Stream(record.Site, record.SubjectId);
            var newest = await log.LatestAsync(stream);
            return Assert.IsType<AppendOutcome.Appended>(await log.AppendAsync(new NewRecord
            {
                Stream = stream,
                Version = (newest?.Version ?? 0) + 1,
                Kind = record.Kind,
                RecordedAt = record.RecordedAt,
                Payload = ContractJson.Write(record),
            })).Record;
        }

        private static SqliteRecordLog Open(Folder folder, string name)
        {
            var data = Directory.CreateDirectory(Path.Combine(folder.Path, name)).FullName;
            return SqliteRecordLog.Open(new LogFiles(Path.Combine(data, "log.db"), Path.Combine(data, "keys")), $"lost-{name}", TimeProvider.System);
        }

        private static void CopyAll(string from, string to)
        {
            foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            {
                var target = Path.Combine(to, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }
    }
}
