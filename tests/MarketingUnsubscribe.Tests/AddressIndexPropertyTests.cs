using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.UnsubscribeLinks;
using FsCheck;
using FsCheck.Fluent;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>What the index answers is what the stores would, whatever happened to an address before.</summary>
public sealed class AddressIndexPropertyTests
{
    private static readonly string[] _topics = ["newsletter", "offers", "tips", "newsletter/sms", "newsletter/post", "tips/post"];
    private static readonly string[] _parts = ["a", "b-c", "-", "--", ".", "..", "@", "@x.", "9", "xn--", "A", "é", "+", "_", "com", "example.com", " "];

    [Fact]
    public void WhateverHappened_AnAnswerIsThatOfTheStores() => Prop.ForAll(ArbMap.Default.ArbFor<int[]>(), steps =>
    {
        var history = new History();
        for (var i = 0; i < steps.Length; i++)
        {
            history.GoOn(new Random((steps[i] * 1009) + i));
            history.Compare();
        }
        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void APlainAddress_IsSpeltAsTheLongWaySpellsIt() =>
        Prop.ForAll(Gen.ListOf(Gen.Elements<string>(_parts)).Select(parts => string.Concat(parts)).ToArbitrary(), text =>
        {
            var isAddress = EmailAddress.TryNormalise(text, out var spelt);
            // Blanks are looked for on the long way only.
            return (isAddress, spelt) == (EmailAddress.TryNormalise($" {text}", out var longWay), longWay);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    /// <summary>Of one address under two versions of the key, in memory as it would stand in the stores, and in an index that is told of each change.</summary>
    private sealed class History
    {
        private const string Jan = "jan@example.com";
        private static readonly string[] _ids = [.. _topics, "marketing", "customer-news", MarketingRecord.Everything];

        private static readonly PublishedDeclaration[] _declared =
        [
            .. new[] { Declared, Sample.WithAnotherMeaning(Declared), Declared with { Retired = true } }.Select((declaration, i) => Sample.Published(declaration, i + 1)),
        ];

        private readonly AddressIndex _index = new();
        private readonly KeyRing _ring = KeyRing.Empty.With(Key(1)).With(Key(2));
        private readonly Dictionary<string, MarketingRecord> _records = [];
        private readonly Dictionary<string, Receipt> _receipts = [];
        private readonly HashSet<string> _unreadable = [];
        private int _made;

        private static Declaration Declared => Sample.OnChannels(Channel.Email, Channel.Sms, Channel.Post);

        public void GoOn(Random random)
        {
            var subject = _ring.AddressIds(Jan)[random.Next(5) == 0 ? 1 : 0];
            switch (random.Next(8))
            {
                case 0:
                    Own(subject, null);
                    break;
                case <= 3:
                    Own(subject, RecordOf(subject, random));
                    break;
                case 4:
                    Held(subject, null);
                    break;
                case 5 when random.Next(3) == 0:
                    Held(subject, null, isUnreadable: true);
                    break;
                default:
                    Held(subject, Sample.Receipt(subject, ++_made, [.. Some(_ids, random).Select(id => (id, DecisionOf(id, random)))]));
                    break;
            }
        }

        public void Compare()
        {
            List<AddressStream> streams = [.. _ring.AddressIds(Jan).Select(id => new AddressStream(id, _records.GetValueOrDefault(id)))];
            foreach (var inForce in _declared)
            {
                foreach (var topic in _topics) Compare(inForce, topic, inForce.Declaration.FindTopic(topic)!, streams);
            }
        }

        private void Compare(PublishedDeclaration inForce, string topic, Topic declared, List<AddressStream> streams)
        {
            var now = Sample.Noon.AddDays(100);
            var expected = MaySend.Decide(
                [.. streams.Select(s => s.Entry(topic)).OfType<TopicEntry>()], [.. streams.Select(s => _receipts.GetValueOrDefault(s.SubjectId)).OfType<Receipt>()],
                inForce, topic, now, _unreadable.Count > 0, streams.Exists(s => s.IsRelated));
            var answers = new AddressIndexAnswers(
                _index, _ring, Sample.Site, topic, declared.Purpose, now, (own, held, isRelated) => MaySend.Decide(own, held, inForce, topic, now, isRelated: isRelated),
                declared.Id);
            answers.Begin();
            if (answers.Of(Jan) is not { } answer) return;
            Assert.Equal(expected, answer);
            Assert.False(answer.Permitted && streams.Exists(s => s.Newest?.Frequencies?.ContainsKey(declared.Id) is true));
        }

        private void Own(string subject, MarketingRecord? record)
        {
            if (record is null) _records.Remove(subject);
            else _records[subject] = record;
            _index.SetOwn(Sample.Site, subject, record?.Topics, record?.Frequencies);
        }

        private void Held(string subject, Receipt? receipt, bool isUnreadable = false)
        {
            _receipts.Remove(subject);
            _unreadable.Remove(subject);
            if (receipt is not null) _receipts[subject] = receipt;
            if (isUnreadable) _unreadable.Add(subject);
            _index.SetHeld(Sample.Site, subject, receipt, isUnreadable);
        }

        private MarketingRecord RecordOf(string subject, Random random)
        {
            var topics = Some(_topics, random).ToDictionary(topic => topic, topic => EntryOf(topic, random));
            if (random.Next(3) == 0) topics[MarketingRecord.Everything] = EverythingOf(random);
            // As a complaint is recorded, and "nothing any more": of each topic, and then of everything.
            if (random.Next(4) == 0)
            {
                var all = topics[MarketingRecord.Everything] = EverythingOf(random);
                foreach (var topic in _topics) topics[topic] = all with { By = IdOrNone(random), Told = null, Repeats = 0 };
            }
            return new MarketingRecord
            {
                Kind = MarketingRecord.Subscribed,
                Site = Sample.Site,
                SubjectId = subject,
                Topic = "newsletter",
                Action = "subscribe",
                RecordedAt = Sample.Noon,
                Topics = topics,
                Frequencies = random.Next(4) == 0 ? new Dictionary<string, string> { ["newsletter"] = "weekly" } : null,
            };
        }

        private TopicEntry EntryOf(string topic, Random random) => random.Next(6) switch
        {
            <= 1 => SuppressionOf(random),
            2 => new TopicEntry(TopicStatus.Unproven, Moment(random), null, IdOrNone(random)),
            3 => new TopicEntry(TopicStatus.SoftOptIn, Moment(random), ProofOf(topic, random) with { SoftOptIn = SoftOptInOf(random) }, IdOrNone(random)),
            _ => new TopicEntry(TopicStatus.Subscribed, Moment(random), ProofOf(topic, random), IdOrNone(random)),
        };

        private TopicEntry EverythingOf(Random random) => SuppressionOf(random) with
        {
            Told = Any<IReadOnlyList<string>?>(random, null, ["marketing"], ["customer-news", "marketing"]),
            Repeats = random.Next(3),
        };

        private TopicEntry SuppressionOf(Random random) =>
            new(TopicStatus.Suppressed, Moment(random), null, IdOrNone(random), Any(random, null, TopicEntry.Complained, TopicEntry.Bounced, TopicEntry.Erased));

        private static OptInProof ProofOf(string topic, Random random)
        {
            var confirmed = Any<DateTimeOffset?>(random, null, Moment(random), Moment(random));
            var proof = OptInProof.On(_declared[0], Declared.FindTopic(topic)!, "nl", Any(random, "form", "checkout"), confirmed) with
            {
                Meaning = Any(random, _declared[0].MeaningOf(topic), _declared[0].MeaningOf(topic), null),
                RequestedAt = confirmed is null ? null : Any<DateTimeOffset?>(random, null, confirmed.Value.AddDays(-1)),
                OptedInAt = Any<DateTimeOffset?>(random, null, Moment(random)),
                Evidence = Any(random, null, "form-4711"),
                ForChildren = random.Next(5) == 0 ? true : null,
                OfAge = Any<bool?>(random, null, true),
            };
            return confirmed is null || random.Next(3) > 0 ? proof : proof with
            {
                ConfirmedAt = Moment(random),
                RequestedAt = null,
                StatedBy = "crm",
                LiftsNothing = true,
                InPlaceOf = Any<OptInProof?>(random, null, proof),
            };
        }

        private static SoftOptIn SoftOptInOf(Random random)
        {
            SoftOptInFact holds = new(true, Moment(random), "order-4711"), other = new(random.Next(4) > 0, Moment(random), "order-4711");
            return new SoftOptIn(holds, holds, other, random.Next(4) == 0 ? null : holds);
        }

        private static PurposeDecision DecisionOf(string id, Random random) => new(
            Any(random, Enum.GetValues<Decision>()), Moment(random), random.Next(1, 4), Any<DateTimeOffset?>(random, null, null, Moment(random)), "d",
            Any(random, _declared[0].MeaningOf(id), _declared[0].MeaningOf(id), "0000000000000000"), Any<DateTimeOffset?>(random, null, Moment(random)));

        private static DateTimeOffset Moment(Random random) => Sample.Noon.AddDays(random.Next(200));

        /// <summary>In records of old it is not named.</summary>
        private string? IdOrNone(Random random) => random.Next(6) == 0 ? null : $"{++_made:x32}";

        private static IEnumerable<string> Some(string[] of, Random random) => of.Where(_ => random.Next(3) == 0).ToList();

        private static T Any<T>(Random random, params T[] of) => of[random.Next(of.Length)];

        private static byte[] Key(byte version) => [.. Enumerable.Repeat(version, KeyRing.KeyBytes)];
    }
}
