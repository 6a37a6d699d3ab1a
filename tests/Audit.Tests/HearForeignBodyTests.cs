using System.Text.Json;
using Consent.Contracts;

namespace Consent.Audit.Tests;

/// <summary>The body of one kind of event in the queue of another is read as that other, and what it lacks is null: it must fail, to be laid aside.</summary>
public sealed class HearForeignBodyTests
{
    private static readonly ConsentChanged _choice = Samples.Choice() with { Stream = "0123456789abcdef0123" };

    public static TheoryData<object> Misread => new()
    {
        As<ConsentApplied>(new { }),
        As<ConsentApplied>(Samples.OptOut()),
        As<MarketingUnsubscribed>(new { }),
        As<MailCounted>(Samples.OptOut()),
        As<ConsentErased>(new { }),
        As<ConsentErased>(_choice),
    };

    [Theory]
    [MemberData(nameof(Misread), DisableDiscoveryEnumeration = true)]
    public async Task Body_OfAnotherKind_IsNotKept_AndErasesNothing(object misread)
    {
        await using var audit = new AuditOnDisk();
        await audit.HearAsync(_choice);
        var records = await audit.RecordsAsync();
        audit.Outbox.Forget();

        await Assert.ThrowsAnyAsync<Exception>(() => audit.HearAsync(misread));

        Assert.Equal(records, await audit.RecordsAsync());
        Assert.NotNull(await audit.TraceAsync());
        Assert.Empty(audit.Outbox.Events);
    }

    private static T As<T>(object body) => ContractJson.Read<T>(JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), ContractJson.Options));
}
