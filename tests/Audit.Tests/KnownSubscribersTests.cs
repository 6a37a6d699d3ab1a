using Consent.Contracts;

namespace Consent.Audit.Tests;

/// <summary>Announcements come every few seconds; audit keeps what is new in them.</summary>
public sealed class KnownSubscribersTests
{
    [Fact]
    public async Task AnAnnouncement_IsKeptWhenItSaysSomethingElseThanLast_AlsoAfterARestart()
    {
        await using var audit = new AuditOnDisk();
        var newsletter = Announced("consent-changed", "declaration-published");
        foreach (var e in (SubscriberAnnounced[])[newsletter, Announced("declaration-published", "consent-changed"), newsletter with { Loaded = true, At = Samples.Noon }]) await audit.HearAsync(e);
        Assert.Equal(1, await audit.RecordsAsync());

        audit.Restart();
        await audit.HearAsync(newsletter);
        Assert.Equal(1, await audit.RecordsAsync());

        await audit.HearAsync(newsletter with { Purposes = ["statistics"] });
        await audit.HearAsync(newsletter);
        Assert.Equal(3, await audit.RecordsAsync());
    }

    [Fact]
    public async Task AnAnnouncementOfNobody_IsNotKept()
    {
        await using var audit = new AuditOnDisk();
        foreach (var name in (string[])["", new string('x', 101)])
            await Assert.ThrowsAsync<FormatException>(() => audit.HearAsync(Announced("consent-changed") with { Subscriber = name }));
        Assert.Equal(0, await audit.RecordsAsync());
    }

    private static SubscriberAnnounced Announced(params string[] kinds) => new(RandomId.New(), "newsletter", kinds, false, Samples.Noon.AddDays(-1));
}
