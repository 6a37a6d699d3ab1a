using System.Net;
using System.Text.Json;
using Consent.Contracts;
using Consent.Storage;
using Consent.UnsubscribeLinks;
using static Consent.MarketingUnsubscribe.Tests.ImportedRows;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>People said no, and then a backup of marketing from before that is put back: the consent service, which was told, still knows.</summary>
public sealed class OptedOutInLostTimeTests : IDisposable
{
    private const string Jan = "jan@example.com";
    private const string Piet = "piet@example.com";
    private const string Els = "els@example.com";
    private const string Returned = "gone@example.com";
    private static readonly string[] All = [Jan, Piet, Els, Returned];
    private readonly Folder _data = new();
    private readonly Folder _backup = new();
    private readonly SettableTime _time = new();

    public void Dispose()
    {
        _data.Dispose();
        _backup.Dispose();
    }

    [Fact]
    public async Task NothingIsPermittedUntilItWasLoaded_AndThenWhatWasToldHolds_AndNoImportLiftsIt()
    {
        await SubscribedAsync();
        DataBackup.Take(_data.Path, Path.Combine(_backup.Path, "taken"));
        var told = await SaidNoAsync();
        DataBackup.Restore(Path.Combine(_backup.Path, "taken"), _data.Path, TimeProvider.System);

        await using var host = await MarketingHost.StartAsync(_data.Path, declared: false, _time);
        foreach (var address in All) Assert.Equal("not-loaded", await host.ReasonAsync(address));
        await LoadAsync(host, told);

        foreach (var address in (string[])[Jan, Piet, Els]) Assert.Equal("withdrawn", await host.ReasonAsync(address));
        // Also what he was not subscribed to: the complaint and the objection were of everything.
        foreach (var address in (string[])[Piet, Els]) Assert.Equal("withdrawn", await host.ReasonAsync(address, "offers"));
        Assert.Equal("no-basis", await host.ReasonAsync(Jan, "offers"));
        // That mail came back is told to nobody, and lost (README, "Not promised").
        Assert.Equal("opted-in", await host.ReasonAsync(Returned));

        _time.Pass(TimeSpan.FromDays(1));
        foreach (var address in (string[])[Jan, Piet, Els])
        {
            Assert.Equal(Sums(rows: 1, refused: 1), (await host.ImportAsync(Row(address, confirmedAt: _time.Is)))[^1]);
            await host.SubscribeAsync(address, confirmedAt: _time.Is);
            Assert.Equal("withdrawn", await host.ReasonAsync(address));
        }
        await host.ConfirmAsync(Jan);
        Assert.Equal("opted-in", await host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task WhoWantsNothingAnyMore_IsSentNothingOfAPurposeThatIsDeclaredAfterTheRestore_UntilHeConfirmsIt()
    {
        await SubscribedAsync();
        DataBackup.Take(_data.Path, Path.Combine(_backup.Path, "taken"));
        var told = await SaidNoAsync();
        DataBackup.Restore(Path.Combine(_backup.Path, "taken"), _data.Path, TimeProvider.System);
        await using var host = await MarketingHost.StartAsync(_data.Path, declared: false, _time);
        await LoadAsync(host, told);
        _time.Pass(TimeSpan.FromDays(1));

        var before = Sample.Declaration();
        await host.HearAsync(
            before with
            {
                Purposes = [.. before.Purposes, before.Purposes[1] with { Id = "letters" }],
                Topics = [.. before.Topics, before.Topics[0] with { Id = "catalogue", Purpose = "letters", Channels = [Channel.Email, Channel.Post] }],
            },
            version: 2);

        foreach (var address in (string[])[Piet, Els])
        {
            foreach (var channel in (string[])["email", "post"]) Assert.Equal("objected", await host.ReasonAsync(address, "catalogue", channel));
            Assert.Equal(Sums(rows: 1, refused: 1), (await host.ImportAsync(Row(address, topic: "catalogue")))[^1]);
            await host.SubscribeAsync(address, "catalogue", confirmedAt: _time.Is);
            Assert.Equal("objected", await host.ReasonAsync(address, "catalogue"));
        }
        // He opted out of one topic, and of no more.
        Assert.Equal("legitimate-interest", await host.ReasonAsync(Jan, "catalogue", "post"));
        Assert.Equal(Sums(rows: 1, recorded: 1), (await host.ImportAsync(Row(Jan, topic: "catalogue")))[^1]);
        Assert.Equal("opted-in", await host.ReasonAsync(Jan, "catalogue"));

        await host.ConfirmAsync(Els, "catalogue");
        Assert.Equal("opted-in", await host.ReasonAsync(Els, "catalogue"));
        Assert.Equal("objected", await host.ReasonAsync(Els, "catalogue", "post"));
    }

    [Fact]
    public async Task ARestartWithoutARestore_LoadsNothingAnew()
    {
        await SubscribedAsync();
        await using var host = await MarketingHost.StartAsync(_data.Path, declared: false, _time);
        Assert.Equal("opted-in", await host.ReasonAsync(Jan));
    }

    private async Task SubscribedAsync()
    {
        await using var host = await MarketingHost.StartAsync(_data.Path, time: _time);
        foreach (var address in All) await host.SubscribeAsync(address, confirmedAt: _time.Is);
    }

    /// <summary>After the backup: one by one click, one by a complaint, one by his objection, and of one the mail came back.</summary>
    /// <returns>What the consent service was told of it.</returns>
    private async Task<IReadOnlyList<MarketingUnsubscribed>> SaidNoAsync()
    {
        _time.Pass(TimeSpan.FromHours(1));
        await using var host = await MarketingHost.StartAsync(_data.Path, declared: false, _time);
        Assert.Equal(HttpStatusCode.OK, (await host.OneClickAsync(await host.LinkAsync(Jan))).StatusCode);
        await StateAsync(host, Piet, TopicEntry.Complained);
        var (els, link) = (host.Keys.Addresses(Sample.Controller).AddressId(Els), new UnsubscribeLink(Sample.Controller, Sample.Site, MarketingRecord.Everything, Els));
        await host.Records.AppendAsync(
            Sample.Site, els, (newest, id) => PreferenceDecisions.Object(newest, link, els, id, _time.Is, MarketingEvents.OfEverything(Sample.Declaration())), default);
        await StateAsync(host, Returned, TopicEntry.Bounced);
        Assert.Equal(("suppressed", "complained", "suppressed", "bounced"),
            (await host.ReasonAsync(Jan), await host.ReasonAsync(Piet), await host.ReasonAsync(Els), await host.ReasonAsync(Returned)));
        // Told behind all of these.
        await host.OneClickAsync(await host.LinkAsync("last@example.com"));
        var last = host.Keys.Addresses(Sample.Controller).AddressId("last@example.com");
        IReadOnlyList<MarketingUnsubscribed> told = [];
        while (!told.Any(e => e.SubjectId == last)) told = await host.Sent.WaitForAsync<MarketingUnsubscribed>(told.Count + 1);
        return told;
    }

    private static async Task StateAsync(MarketingHost host, string address, string cause)
    {
        var answer = await host.PostAsync($"/v1/sites/{Sample.Site}/marketing/opt-outs", new { addresses = new[] { address }, cause }, host.Token());
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>Answers what is asked at the start as the consent service would, with the receipt that it made of what it was told of each person.</summary>
    private async Task LoadAsync(MarketingHost host, IReadOnlyList<MarketingUnsubscribed> told)
    {
        List<PublishedEvent> receipts =
        [
            .. told.GroupBy(e => e.SubjectId, StringComparer.Ordinal)
                .Select((ofOne, i) => Published(new ConsentChanged(RandomId.New(), _time.Is, ReceiptOf(ofOne.Key, ofOne), $"{i + 1:x20}"))),
        ];
        for (var asked = 1; ; asked++)
        {
            var question = (await host.Sent.WaitForAsync<SnapshotRequested>(asked))[asked - 1];
            var isOfStates = question.Kinds.Count > 1;
            await host.HearAsync(new SnapshotPage(question.Id, question.Source, question.After, question.Until, true, isOfStates ? receipts : []));
            if (isOfStates) return;
        }
    }

    private static Receipt ReceiptOf(string subject, IEnumerable<MarketingUnsubscribed> told) => Sample.Receipt(
        subject, 2, [.. told.SelectMany(e => (e.Everything is true ? e.Topics.Append(Receipt.Everything) : e.Topics).Select(id => (Id: id, e.RecordedAt))).DistinctBy(no => no.Id)
            .Select(no => (no.Id, Sample.Decided(Sample.Declaration(), no.Id, no.Id == Receipt.Everything ? Decision.Objected : Decision.Withdrawn, no.RecordedAt)))]);

    private static PublishedEvent Published<T>(T e) where T : IEvent => new(T.Kind, JsonSerializer.SerializeToElement(e, ContractJson.Options));
}
