using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Consent.Contracts;
using Consent.Load;
using Consent.MarketingUnsubscribe;
using Consent.ServiceDefaults;
using Consent.Tests.Support;
using Consent.UnsubscribeLinks;

namespace Consent.Benchmarks;

/// <summary>
/// "May I send?" out of the index alone, as a check asks it: spelling, keyed hash, index, decision and result, in pieces of 1,000 on one thread. The index
/// is filled with as many suppressed as subscribed addresses as given, each with its receipt in the consent service; no log and no HTTP is in it. One in a
/// hundred of the suppressed complained, and wants nothing any more. What it takes that somebody stopped everything by his own word is measured beside it.
/// </summary>
internal sealed class CheckIndexed
{
    private const int Piece = 1000, Pieces = 500, Singles = 200_000, OneComplaintIn = 100, OneOfEverythingIn = 10;
    private readonly AddressIndex _index = new();
    private readonly KeyRing _ring = KeyRing.Empty.With(RandomNumberGenerator.GetBytes(KeyRing.KeyBytes));
    private readonly Visitors _readers = Visitors.Fresh();
    private readonly DateTimeOffset _now = TimeProvider.System.Now();
    private readonly PublishedDeclaration _shown = Marketing.Declared.Published(TimeProvider.System.GetUtcNow());
    private readonly long _each;

    private CheckIndexed(long each) => _each = each;

    public static List<Figure> Measure(Plan plan)
    {
        var index = new CheckIndexed(plan.Addresses);
        index.Fill(index._each, 2 * index._each, isSubscribed: false);
        var bytes = (double)index._index.Bytes / plan.Addresses;
        index.Fill(0, index._each, isSubscribed: true);
        var of = string.Create(CultureInfo.InvariantCulture, $"{plan.Addresses:n0} subscribed and {plan.Addresses:n0} suppressed in the index");
        var rates = Enumerable.Range(0, plan.Rounds + 1).Select(_ => index.Rate(plan.Each)).ToList();
        return
        [
            new("addresses checked a second out of the index", Middle(rates), 200_000, true, "", $"{of}, one core"),
            new("p99 of a single check out of the index", index.P99().TotalMilliseconds, 5, false, "ms", of),
            new("memory per suppressed address", bytes, 64, false, "bytes", $"{of}, by the length of its arrays", IsGate: true),
            OfEverything(Math.Max(1, plan.Addresses / OneOfEverythingIn)),
        ];
    }

    /// <summary>Each topic is recorded, then everything, and the receipt names all of these and each purpose behind them.</summary>
    private static Figure OfEverything(long each)
    {
        var index = new CheckIndexed(each);
        List<string> topics = [.. index._shown.Declaration.Topics.Select(topic => topic.Id), MarketingRecord.Everything];
        List<string> decided = [.. topics, .. index._shown.Declaration.PurposesOfTopics()];
        Parallel.For(0, each, number =>
        {
            var (subject, id) = (index._ring.AddressId(Marketing.AddressOf(index._readers.Id(number))), $"{number + 1:x32}");
            index._index.SetOwn(Marketing.Site, subject, topics.ToDictionary(topic => topic, _ => new TopicEntry(TopicStatus.Suppressed, index._now, null, id)));
            index._index.SetHeld(Marketing.Site, subject, index.ReceiptOf(subject, id, Decision.Withdrawn, [.. decided]));
        });
        return new("memory of who stopped everything", (double)index._index.Bytes / each, 64 * decided.Count, false, "bytes",
            string.Create(CultureInfo.InvariantCulture, $"{each:n0} of them, {decided.Count} decisions each: of topics, purposes and everything"), IsGate: true);
    }

    private void Fill(long from, long until, bool isSubscribed)
    {
        var proof = OptInProof.On(_shown, _shown.Declaration.Topics[0], "nl", "form", _now);
        Parallel.For(from, until, number =>
        {
            var (subject, id) = (_ring.AddressId(Marketing.AddressOf(_readers.Id(number))), $"{number + 1:x32}");
            _index.SetOwn(Marketing.Site, subject, isSubscribed
                ? new Dictionary<string, TopicEntry> { [Marketing.Topic] = new(TopicStatus.Subscribed, _now, proof, id) }
                : Suppressed(id, isComplaint: number % OneComplaintIn == 0));
            _index.SetHeld(Marketing.Site, subject, ReceiptOf(subject, id, isSubscribed ? Decision.Given : Decision.Withdrawn, Marketing.Topic));
        });
    }

    /// <summary>A complaint is recorded of the topic, and of everything, with the purposes of which the others were told: a list of its own in each record.</summary>
    private Dictionary<string, TopicEntry> Suppressed(string id, bool isComplaint)
    {
        var entry = new TopicEntry(TopicStatus.Suppressed, _now, null, id, isComplaint ? TopicEntry.Complained : null);
        var topics = new Dictionary<string, TopicEntry> { [Marketing.Topic] = entry };
        if (isComplaint) topics[MarketingRecord.Everything] = entry with { Told = [.. _shown.Declaration.PurposesOfTopics()] };
        return topics;
    }

    private Receipt ReceiptOf(string subject, string id, Decision status, params string[] decided) => new()
    {
        Id = id,
        Site = Marketing.Site,
        Controller = _shown.Declaration.Controller.Id,
        SubjectId = subject,
        Epoch = 1,
        Version = 1,
        Purposes = decided.ToDictionary(decision => decision, decision => new PurposeDecision(status, _now, 1, null, _shown.Hash, status is Decision.Given ? _shown.MeaningOf(decision) : null, _now)),
        Changed = decided,
        RecordedAt = _now,
    };

    /// <returns>Addresses a second on one core: by the clock, or by the CPU that the process used, whichever is less.</returns>
    private double Rate(TimeSpan duration)
    {
        var pieces = Enumerable.Range(0, Pieces).Select(_ => PieceOf(Piece)).ToList();
        var (cpu, began, checkedPieces) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp(), 0L);
        while (Stopwatch.GetElapsedTime(began) < duration)
        {
            var (addresses, permitted) = pieces[(int)(checkedPieces++ % Pieces)];
            var results = Check(addresses);
            for (var i = 0; i < results.Count; i++)
                if (results[i].Permitted != permitted[i]) throw new InvalidOperationException("An address was checked wrongly.");
        }
        var took = Math.Max(Stopwatch.GetElapsedTime(began).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
        return checkedPieces * Piece / took;
    }

    /// <summary>Of calls of one address each.</summary>
    private TimeSpan P99()
    {
        var (addresses, _) = PieceOf(Singles);
        var took = new List<TimeSpan>(Singles);
        foreach (var address in addresses)
        {
            var began = Stopwatch.GetTimestamp();
            Check([address]);
            took.Add(Stopwatch.GetElapsedTime(began));
        }
        took.Sort();
        return took[Singles * 99 / 100];
    }

    /// <summary>As one piece of a call, or a call of its own, decides it.</summary>
    private List<CheckedAddress> Check(IReadOnlyList<string> addresses)
    {
        var answers = new AddressIndexAnswers(
            _index, _ring, Marketing.Site, Marketing.Topic, _shown.Declaration.PurposeBehind(Marketing.Topic)?.Id, _now,
            (own, held, isRelated) => MaySend.Decide(own, held, _shown, Marketing.Topic, _now, isRelated: isRelated));
        answers.Begin();
        var results = new List<CheckedAddress>(addresses.Count);
        foreach (var asked in addresses)
        {
            if (!EmailAddress.TryNormalise(asked, out var address) || answers.Of(address) is not { } decision)
                throw new InvalidOperationException("An address would have been asked of the stores.");
            results.Add(new CheckedAddress(asked, decision.Permitted, decision.Reason, decision.Receipt));
        }
        return results;
    }

    /// <summary>Half of them subscribed, a quarter suppressed, a quarter unknown.</summary>
    private (IReadOnlyList<string> Addresses, IReadOnlyList<bool> Permitted) PieceOf(int count) =>
        ([.. Enumerable.Range(0, count).Select(i => Marketing.AddressOf(_readers.Id(Random.Shared.NextInt64(_each) + (Math.Max(0, (i % 4) - 1) * _each))))],
        [.. Enumerable.Range(0, count).Select(i => i % 4 < 2)]);

    /// <summary>The first is for the compiler and the caches.</summary>
    private static double Middle(List<double> rounds) => rounds.Skip(1).Order().ElementAt((rounds.Count - 1) / 2);
}
