using Consent.Contracts;
using Consent.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Consent.ConsentService.Tests;

/// <summary>Whatever is declared and decided: at any moment the consent service and a subscriber that has heard of it say the same.</summary>
public sealed class SameStateTests
{
    private static readonly string[] _ids = ["statistics", "media", "newsletter", "necessary", "showcase", "maps", "news", "offers"];

    [Fact]
    public void State_IsTheSameAtTheConsentServiceAndAtASubscriber_AtAnyMoment()
    {
        using var both = new BothWays();
        var looks = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var sites = 0;
        Seeded.Check(Prop.ForAll(Cases().ToArbitrary(), given => RunAsync(both, $"site-{sites++}", given, looks).GetAwaiter().GetResult()), 60);
        // A check that never met an expired consent would say nothing of it.
        Console.WriteLine($"Seen: {string.Join(", ", looks.Select(l => $"{l.Key} {l.Value}"))}");
        Assert.All(["given", "refused", "expired"], reason => Assert.Contains(reason, looks.Keys));
    }

    private static async Task<Property> RunAsync(BothWays both, string site, Case given, SortedDictionary<string, int> looks)
    {
        var (subject, chance) = (RandomId.New(), new Random(given.Chance));
        both.Clock.At = TestSite.Noon;
        both.BeginAnew();
        Receipt? decided = null;
        foreach (var step in given.Steps)
        {
            switch (step)
            {
                case Step.Publish publish:
                    await both.PublishAsync(Variant(site, publish, both.Clock.At));
                    break;
                case Step.Decide decide:
                    decided = await DecideAsync(both, site, subject, decide) ?? decided;
                    break;
                case Step.Erase:
                    if (await both.EraseAsync(site, subject)) decided = null;
                    break;
                case Step.Pass pass:
                    var ahead = Turns(both, site, decided).Where(m => m > both.Clock.At).ToList();
                    both.Clock.At = pass.ToTheNextTurn && ahead.Count > 0 ? ahead[0] : both.Clock.At.AddMilliseconds(pass.Milliseconds);
                    break;
            }

            await both.HearAsync(chance);
            var (now, newest) = (both.Clock.At, await both.NewestAsync(site, subject));
            foreach (var moment in Turns(both, site, decided).SelectMany(m => new[] { m.AddMilliseconds(-1), m, m.AddMilliseconds(1) }).Append(now))
            {
                both.Clock.At = moment;
                foreach (var id in _ids)
                {
                    var expected = BothWays.ByConsent(newest, both.Declarations.InForce(site), id, moment);
                    looks[expected.Reason] = looks.GetValueOrDefault(expected.Reason) + 1;
                    var found = (BySubscriber: both.BySubscriber(site, subject, id), AsDecided: BothWays.ByConsent(decided, both.Declarations.InForce(site), id, moment));
                    if (found != (expected, expected))
                        return false.Label($"{id} at {moment:O}, after {step}: consent says {expected}, the subscriber {found.BySubscriber}, what was decided {found.AsDecided}");
                }
            }

            both.Clock.At = now;
        }

        return true.ToProperty();
    }

    private static Task<Receipt?> DecideAsync(BothWays both, string site, string subject, Step.Decide decide)
    {
        var history = both.Declarations.Of(site);
        var (shown, now) = (history.Versions[decide.Shown % history.Versions.Count], both.Clock.Now());
        return decide.Imported is { } evidence
            ? both.ImportAsync(new ImportedDecision(
                site, subject, decide.Purposes, now.AddDays(-1), shown, "nl", "save", new Imported("elsewhere", RandomId.New(), evidence ? "form-7" : null)))
            : both.DecideAsync(new Decided(site, subject, decide.Seen ? 1000 : 0, decide.Purposes, shown, "nl", "save", "banner", LiftsNoBefore: decide.Seen ? now : null, TakenAt: decide.Seen ? now : null));
    }

    /// <summary>The moments at which a state may turn: ends of terms, and the days on which a version comes into force.</summary>
    private static List<DateTimeOffset> Turns(BothWays both, string site, Receipt? newest) =>
    [
        .. (newest?.Purposes.Values.Select(p => p.ValidUntil).OfType<DateTimeOffset>() ?? [])
            .Concat(both.Declarations.Of(site).Versions.Select(v => new DateTimeOffset(v.Declaration.EffectiveFrom.ToDateTime(default), TimeSpan.Zero)))
            .Distinct().Order(),
    ];

    private static Declaration Variant(string site, Step.Publish publish, DateTimeOffset now)
    {
        var plain = TestSite.Declaration();
        var told = (publish.WithMaps ? TestSite.Declaration(TestSite.Purpose("maps", LegalBasis.Consent)) : plain) with
        {
            Site = site,
            EffectiveFrom = DateOnly.FromDateTime(now.UtcDateTime).AddDays(publish.EffectiveIn),
            ConsentValidFor = publish.ValidFor,
        };
        return told.With("statistics", p => p with { DataCategories = [.. p.DataCategories, .. Enumerable.Range(0, publish.Meaning).Select(n => $"more-{n}")] })
            .With("showcase", p => publish.ShowcaseByConsent ? p with { LegalBasis = LegalBasis.Consent, Interest = null } : p);
    }

    private static Gen<Case> Cases() =>
        from first in Publications()
        from steps in Gen.Frequency((2, Publications()), (6, Decisions()), (1, Gen.Constant<Step>(new Step.Erase())), (4, Passings())).ListOf().Resize(10)
        from chance in Gen.Choose(0, int.MaxValue)
        select new Case([first, .. steps], chance);

    private static Gen<Step> Publications() =>
        from term in Gen.Elements(new Term(0, 0, 1), new Term(0, 0, 3), new Term(0, 1, 0), Term.SixMonths)
        from effective in Gen.Elements(0, 0, 1, 2, 30)
        from meaning in Gen.Choose(0, 2)
        from maps in Gen.Elements(true, false)
        from showcase in Gen.Elements(true, false)
        select (Step)new Step.Publish(term, effective, meaning, maps, showcase);

    private static Gen<Step> Decisions() =>
        from ids in Gen.SubListOf(_ids)
        from yes in Gen.Elements(true, false).ListOf(_ids.Length)
        from shown in Gen.Choose(0, 5)
        from seen in Gen.Elements(true, true, false)
        from imported in Gen.Elements<bool?>(null, null, null, true, false)
        select (Step)new Step.Decide(ids.Append("statistics").Distinct().Zip(yes).ToDictionary(p => p.First, p => p.Second), shown, seen, imported);

    private static Gen<Step> Passings() =>
        from toTheNextTurn in Gen.Elements(true, false)
        from milliseconds in Gen.OneOf(Gen.Choose(1, 1000), Gen.Choose(1, 24 * 20).Select(hours => hours * 3_600_000))
        select (Step)new Step.Pass(toTheNextTurn, milliseconds);

    private sealed record Case(IReadOnlyList<Step> Steps, int Chance)
    {
        public override string ToString() => $"{string.Join("\n", Steps)}\nchance {Chance}";
    }

    private abstract record Step
    {
        public sealed record Publish(Term ValidFor, int EffectiveIn, int Meaning, bool WithMaps, bool ShowcaseByConsent) : Step;

        /// <param name="Seen">The newest receipt was seen: grants are not held up by a "no" that it holds.</param>
        /// <param name="Imported">Taken elsewhere, and whether it is proven; null for one that was taken here.</param>
        public sealed record Decide(IReadOnlyDictionary<string, bool> Purposes, int Shown, bool Seen, bool? Imported) : Step
        {
            public override string ToString() => $"Decide {string.Join(",", Purposes.Select(p => (p.Value ? "+" : "-") + p.Key))} on {Shown}, seen {Seen}, imported {Imported}";
        }

        public sealed record Erase : Step;

        public sealed record Pass(bool ToTheNextTurn, int Milliseconds) : Step;
    }
}
