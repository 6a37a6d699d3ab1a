using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Consent.ServiceDefaults;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>That the index answers less than it could is to be seen: it fails to the safe side, and nobody would notice.</summary>
public sealed class AddressIndexMetricsTests
{
    private const string Site = "measured-orchard";

    [Fact]
    public void HowManyKindsThereAre_AndWhatIsAskedOfTheStoresForIt_IsMeasured()
    {
        var (kinds, passedOn) = (new ConcurrentBag<long>(), new ConcurrentBag<long>());
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == "Consent.MarketingUnsubscribe") listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (instrument.Name == "consent.marketing.index.kinds" && tag is { Key: "consent.of", Value: "entries" }) kinds.Add(value);
                if (instrument.Name == "consent.marketing.index.passed_on" && tag is { Key: "consent.site", Value: Site }) passedOn.Add(value);
            }
        });
        listener.Start();
        var (index, ring) = (new AddressIndex(), KeyRing.Empty.With(new byte[KeyRing.KeyBytes]));
        var proof = OptInProof.On(Sample.Published(Sample.Declaration()), Sample.Declaration().Topics[0], "nl", "form", Sample.Noon);
        for (var i = 0; i <= 4096; i++)
        {
            index.SetOwn(Site, ring.AddressId($"{i}@example.com"), new Dictionary<string, TopicEntry>
            {
                ["newsletter"] = new(TopicStatus.Subscribed, Sample.Noon, proof with { Meaning = $"{i}" }, $"{i:x32}"),
            });
        }
        var answers = new AddressIndexAnswers(index, ring, Site, "newsletter", "marketing", Sample.Noon, (own, _, _) => new SendDecision(own.Count > 0, "known"));
        answers.Begin();
        Assert.NotNull(answers.Of("0@example.com"));
        Assert.Empty(passedOn);
        Assert.Null(answers.Of("4096@example.com"));

        Assert.Equal(1L, Assert.Single(passedOn));
        Assert.Contains(4096L, kinds);
    }
}
