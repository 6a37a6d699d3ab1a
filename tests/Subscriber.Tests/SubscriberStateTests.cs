using Consent.Contracts;
using Consent.Tests.Support;
using FsCheck.Fluent;

namespace Consent.Subscriber.Tests;

public abstract class SubscriberStateTests(TestData data) : IDisposable
{
    private readonly TestData _data = data;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task IsPermitted_ClockPassesTheEnd_TurnsToExpiredWithNoMessage()
    {
        await using var subscriber = await OneSubscriber.StartAsync(_data);
        await subscriber.HearAsync(Sample.Published());
        await subscriber.HearAsync(Sample.Receipt(1, Decision.Given));

        subscriber.Clock.At = Sample.Start.AddDays(180).AddMilliseconds(-1);
        Assert.Equal((true, "given"), subscriber.State.IsPermitted(Sample.Site, Sample.Visitor, "statistics"));
        subscriber.Clock.At = Sample.Start.AddDays(180);
        Assert.Equal((false, "expired"), subscriber.State.IsPermitted(Sample.Site, Sample.Visitor, "statistics"));
    }

    [Fact]
    public async Task IsPermitted_DeclarationChangesThePurpose_AsksAgainWithNoReceipt()
    {
        await using var subscriber = await OneSubscriber.StartAsync(_data);
        await subscriber.HearAsync(Sample.Published());
        await subscriber.HearAsync(Sample.Receipt(1, Decision.Given));

        await subscriber.HearAsync(Sample.Published(2, Sample.WithOtherVendors));

        Assert.Equal((false, "ask-again"), subscriber.State.IsPermitted(Sample.Site, Sample.Visitor, "statistics"));
    }

    [Fact]
    public async Task IsPermitted_WhatIsUnknown_IsNotPermittedUnlessNoConsentIsNeeded()
    {
        await using var subscriber = await OneSubscriber.StartAsync(_data);
        await subscriber.HearAsync(Sample.Receipt(1, Decision.Given));
        Assert.Equal((false, "unknown-site"), subscriber.State.IsPermitted(Sample.Site, Sample.Visitor, "statistics"));

        await subscriber.HearAsync(Sample.Published());

        Assert.Equal((true, "given"), subscriber.State.IsPermitted(Sample.Site, Sample.Visitor, "statistics"));
        Assert.Equal((false, "never-asked"), subscriber.State.IsPermitted(Sample.Site, Sample.Address(1), "statistics"));
        Assert.Equal((false, "never-asked"), subscriber.State.IsPermitted(Sample.Site, Sample.Visitor, "no-such-purpose"));
        Assert.Equal((true, "not-needed"), subscriber.State.IsPermitted(Sample.Site, Sample.Address(1), "orders"));
        Assert.Equal([(false, "unknown-site")], subscriber.State.ArePermitted("nowhere", [Sample.Visitor], "statistics"));
    }

    [Fact]
    public async Task IsPermitted_ATopicOnALegitimateInterest_NeedsTheSubjectsOwnYes()
    {
        await using var subscriber = await OneSubscriber.StartAsync(_data);
        var published = Sample.Published(change: declaration => declaration.With("marketing", p => p with { LegalBasis = LegalBasis.LegitimateInterest }));
        await subscriber.HearAsync(published);
        await subscriber.HearAsync(ReceiptOf(1, Decision.Given));
        await subscriber.HearAsync(ReceiptOf(2, Decision.Objected));

        Assert.Equal(
            [(true, "given"), (false, "objected"), (false, "never-asked")],
            subscriber.State.ArePermitted(Sample.Site, [Sample.Address(1), Sample.Address(2), Sample.Address(3)], "new-loaves"));
        Assert.Equal((true, "not-needed"), subscriber.State.IsPermitted(Sample.Site, Sample.Address(3), "marketing"));

        Receipt ReceiptOf(int person, Decision decision) => Sample.Receipt(1, decision, Sample.Address(person)) with
        {
            Purposes = new Dictionary<string, PurposeDecision> { ["new-loaves"] = new(decision, Sample.Start, 1, null, published.Hash, published.MeaningOf("new-loaves")) },
        };
    }

    [Fact]
    public async Task IsPermitted_AfterARestart_IsAsBefore()
    {
        await using (var before = await OneSubscriber.StartAsync(_data))
        {
            await before.HearAsync(Sample.Published());
            await before.HearAsync(Sample.Receipt(1, Decision.Given));
            await before.HearAsync(Sample.Receipt(1, Decision.Refused, Sample.Address(1), purposes: ["new-loaves"]));
        }

        await using var after = await OneSubscriber.StartAsync(_data);

        Assert.Equal((true, "given"), after.State.IsPermitted(Sample.Site, Sample.Visitor, "statistics"));
        Assert.Equal((false, "refused"), after.State.IsPermitted(Sample.Site, Sample.Address(1), "new-loaves"));
        Assert.Equal(Sample.Published().Hash, after.Book.InForce(Sample.Site)!.Hash);
    }

    [Fact]
    public async Task ArePermitted_ManySubjects_AnswersInTheirOrderAndTheSameAsOneByOne()
    {
        await using var subscriber = await OneSubscriber.StartAsync(_data);
        await subscriber.HearAsync(Sample.Published());
        await Task.WhenAll(Enumerable.Range(0, 30).Select(n =>
            subscriber.HearAsync(Sample.Receipt(1, n % 2 == 0 ? Decision.Given : Decision.Refused, Sample.Address(n), purposes: "new-loaves"))));
        var asked = Enumerable.Range(0, 2500).Select(n => Sample.Address(n % 40)).Reverse().ToList();

        var permits = subscriber.State.ArePermitted(Sample.Site, asked, "new-loaves");

        var oneByOne = asked.Distinct().ToDictionary(s => s, s => subscriber.State.IsPermitted(Sample.Site, s, "new-loaves"));
        Assert.Equal(asked.Select(subject => oneByOne[subject]), permits);
        Assert.Equal(3, permits.Distinct().Count());
    }

    [Fact]
    public void Hear_AnyOrderAndRepetitionOfMessages_ErasuresAmongThem_EndsInTheStateOfTheNewest()
    {
        using var property = new FreshStates(_data);
        var places = Enumerable.Range(1, 2).SelectMany(epoch => Enumerable.Range(1, 5).Select(version => (Epoch: epoch, Version: version))).ToList();
        var deliveries = from erased in Gen.Choose(0, 3).SelectMany(count => Gen.Elements<(int, int)>(places).ListOf(count))
                         from sent in Gen.NonEmptyListOf(Gen.Elements<(int, int)>(places))
                         from again in Gen.ListOf(Gen.Elements<(int, int)>(sent))
                         from order in Gen.Shuffle(sent.Concat(again))
                         select order.Select(place => new Message(place, erased.Contains(place))).ToList();

        Seeded.Check(Prop.ForAll(deliveries.ToArbitrary(), heard =>
        {
            var (state, subject, stream) = property.Next();
            // Applied in this order, many to a commit.
            Task.WhenAll(heard.Select(message => message.HearAsync(state, subject, stream))).GetAwaiter().GetResult();
            var lastErased = heard.Where(m => m.IsErasure).Select(m => m.Place).DefaultIfEmpty().Max();
            var newest = heard.Where(m => !m.IsErasure && m.Place.CompareTo(lastErased) > 0).MaxBy(m => m.Place);
            var held = state.Newest(Sample.Site, subject);
            return (held?.Epoch, (int?)held?.Version, held?.Purposes["statistics"].Status) == (newest?.Place.Epoch, newest?.Place.Version, newest?.Status);
        }), 200);
    }

    /// <summary>What stands at one place of a stream: a receipt, or the tombstone of all before it.</summary>
    private sealed record Message((int Epoch, int Version) Place, bool IsErasure)
    {
        public Decision Status => (Decision)((Place.Epoch + Place.Version) % 4);

        public Task HearAsync(SubscriberState state, string subject, string stream) => IsErasure
            ? state.EraseAsync(new ConsentErased(RandomId.New(), Sample.Start, Sample.Site, stream, Place.Epoch, Place.Version, Sample.Start), CancellationToken.None)
            : state.ApplyAsync(Sample.Receipt(Place.Version, Status, subject, Place.Epoch), stream, CancellationToken.None);
    }

    /// <summary>A stream of its own for each run of a property, in one store.</summary>
    private sealed class FreshStates : IDisposable
    {
        private readonly ISubscriberStore _store;
        private readonly SubscriberState _state;
        private int _runs;

        public FreshStates(TestData data)
        {
            _store = data.Open("property");
            var clock = new MovedClock(Sample.Start.AddHours(1));
            _state = new SubscriberState(_store, new DeclarationBook(_store, clock), () => "every site", clock);
        }

        public (SubscriberState State, string Subject, string Stream) Next() => (_state, Sample.Address(_runs), $"{_runs++:x20}");

        public void Dispose() => _store.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
