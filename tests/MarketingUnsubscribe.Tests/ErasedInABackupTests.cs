using System.Text.Json;
using Consent.Contracts;
using Consent.Storage;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>A person was erased, and then a backup from before that is put back.</summary>
public sealed class ErasedInABackupTests : IDisposable
{
    private const string Jan = "jan@example.com";
    private const string Stream = "11111111111111111111";
    private readonly Folder _data = new();
    private readonly Folder _backup = new();
    private readonly SettableTime _time = new();

    public void Dispose()
    {
        _data.Dispose();
        _backup.Dispose();
    }

    [Fact]
    public async Task WithItsKeys_TheTombstoneThatIsLoadedAgain_ErasesHimAgain()
    {
        await SubscribedAsync();
        CopyAll(_data.Path, _backup.Path);
        await ErasedAsync();
        Directory.Delete(_data.Path, recursive: true);
        CopyAll(_backup.Path, _data.Path);
        await using var host = await MarketingHost.StartAsync(_data.Path, declared: false, _time);
        Assert.Equal("not-loaded", await host.ReasonAsync(Jan));

        await LoadAsync(host);

        Assert.Equal("erased", await host.ReasonAsync(Jan));
        await host.SubscribeUnprovenAsync(Jan);
        Assert.Equal("erased", await host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task WithoutItsKeys_HeIsSuppressedAtOnce_AndSinceTheErasureWhenItsTombstoneIsLoaded()
    {
        await SubscribedAsync();
        DataBackup.Take(_data.Path, Path.Combine(_backup.Path, "taken"));
        await ErasedAsync();
        DataBackup.Restore(Path.Combine(_backup.Path, "taken"), _data.Path, TimeProvider.System);
        await using var host = await MarketingHost.StartAsync(_data.Path, declared: false, _time);
        Assert.Equal("erased", await host.ReasonAsync(Jan));

        await LoadAsync(host);
        // What he confirmed after the backup and before the erasure, out of another system.
        await host.SubscribeAsync(Jan, confirmedAt: Sample.Noon.AddMinutes(30));

        Assert.Equal("erased", await host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task WithItsKeys_WhoDecidedSomethingElseSince_IsErasedAgain_AlsoWhereNoReceiptOfHimWasHeld()
    {
        await SubscribedAsync(isHeard: false);
        await using var host = await MarketingHost.StartAsync(_data.Path, declared: false, _time);
        _time.Pass(TimeSpan.FromHours(2));
        var subject = host.Keys.Addresses(Sample.Controller).AddressId(Jan);
        var since = Sample.Receipt(subject, 3, ("offers", Sample.Decided(Sample.Declaration(), "offers", Decision.Withdrawn, _time.Is)));

        await LoadAsync(host, new ConsentChanged(RandomId.New(), _time.Is, since, Stream));

        Assert.Equal(("erased", "erased"), (await host.ReasonAsync(Jan), await host.ReasonAsync(Jan, "offers")));
    }

    private async Task SubscribedAsync(bool isHeard = true)
    {
        await using var host = await MarketingHost.StartAsync(_data.Path, time: _time, loaded: false);
        await host.SubscribeAsync(Jan, confirmedAt: _time.Is);
        var subject = host.Keys.Addresses(Sample.Controller).AddressId(Jan);
        if (isHeard) await host.HearAsync(new ConsentChanged(RandomId.New(), _time.Is, Sample.Receipt(subject, 1), Stream));
    }

    private async Task ErasedAsync()
    {
        _time.Pass(TimeSpan.FromHours(1));
        await using var host = await MarketingHost.StartAsync(_data.Path, declared: false, _time);
        await host.HearAsync(Erased());
        Assert.Equal("erased", await host.ReasonAsync(Jan));
    }

    /// <summary>Answers what is asked at the start as the consent service would: the newest of the stream is its tombstone, or what was decided since.</summary>
    private static async Task LoadAsync(MarketingHost host, ConsentChanged? since = null)
    {
        for (var asked = 1; ; asked++)
        {
            var question = (await host.Sent.WaitForAsync<SnapshotRequested>(asked))[asked - 1];
            var isOfStates = question.Kinds.Count > 1;
            List<PublishedEvent> told = isOfStates ? [Published(Erased())] : [];
            if (isOfStates && since is not null) told.Add(Published(since));
            await host.HearAsync(new SnapshotPage(question.Id, question.Source, question.After, question.Until, true, told));
            if (isOfStates) return;
        }
    }

    private static PublishedEvent Published<T>(T e) where T : IEvent => new(T.Kind, JsonSerializer.SerializeToElement(e, ContractJson.Options));

    private static ConsentErased Erased() => new("t1", Sample.Noon.AddHours(1), Sample.Site, Stream, 1, 2, Sample.Noon.AddHours(1));

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
