using Consent.Contracts;
using Microsoft.Data.Sqlite;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>A receipt that is held and cannot be read may be a "no": it counts as one until it was loaded again.</summary>
public sealed class UnreadableReceiptTests : HostedTest
{
    private const string Jan = "jan@example.com";

    private string Subject => Host.Keys.Addresses(Sample.Controller).AddressId(Jan);

    [Fact]
    public async Task NothingIsPermitted_AndNothingRecorded_UntilItCanBeRead()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await HearOfAsync(version: 1);
        Damage();

        Assert.Equal(("unreadable", "no-basis"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync("els@example.com")));
        await (await Host.SubscribeAsync(Jan, "offers", confirmedAt: Host.Time.Is)).AssertProblemAsync(503, "unavailable", secret: Jan);
        var told = await Host.ImportAsync(ImportedRows.Row(Jan, topic: "offers"), ImportedRows.Row("els@example.com"));
        Assert.Contains("cannot be read", told[0], StringComparison.Ordinal);
        Assert.Equal(ImportedRows.Sums(rows: 2, recorded: 1, refused: 1), told[^1]);

        await HearOfAsync(version: 2);
        Assert.Equal("withdrawn", await Host.ReasonAsync(Jan));
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        Damage();
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    private Task HearOfAsync(long version)
    {
        var no = Sample.Decided(Sample.Declaration(), "newsletter", Decision.Withdrawn, Host.Time.Is.AddMinutes(1));
        return Host.HearAsync(new ConsentChanged(RandomId.New(), Host.Time.Is, Sample.Receipt(Subject, version, ("newsletter", no))));
    }

    private void Damage()
    {
        using var file = new SqliteConnection($"Data Source={Path.Combine(Host.Folder, MarketingUnsubscribeSetup.Service, "subscriber.db")};Pooling=False");
        file.Open();
        using var command = file.CreateCommand();
        command.CommandText = "UPDATE receipts SET body = x'7B'";
        Assert.Equal(1, command.ExecuteNonQuery());
    }
}
