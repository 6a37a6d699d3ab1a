using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>Two replicas on one database: what the consent service says comes to one of them, and either answers as if it had heard all, its index too.</summary>
public sealed class TwoReplicasTests : IAsyncLifetime
{
    private const string Jan = "jan@example.com", Els = "els@example.com", Stream = "0123456789abcdef0123";
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private readonly Folder _folder = new();
    private PostgresServer _server = null!;
    private MarketingHost _one = null!;
    private MarketingHost _other = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartAsync();
        var settings = new Dictionary<string, string?>
        {
            ["Storage:Engine"] = "postgres",
            ["Storage:Postgres"] = await _server.CreateDatabaseAsync(),
            ["Storage:PostgresKeys"] = await _server.CreateDatabaseAsync(),
            ["Relay:Enabled"] = "false",
        };
        _one = await MarketingHost.StartAsync(FolderOf("one"), settings: settings);
        // All is declared and loaded already.
        _other = await MarketingHost.StartAsync(FolderOf("other"), declared: false, settings: settings);
    }

    public async ValueTask DisposeAsync()
    {
        await _other.DisposeAsync();
        await _one.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task WhatOneHeard_IsInTheIndexOfTheOtherAtOnce_AndTheLaterWordCounts()
    {
        await BuiltAsync();

        var no = await HearAsync(_one, Els, 1, Decision.Withdrawn);
        Assert.Equal(new SendDecision(false, "withdrawn", no), await IndexedAsync(_other, Els));

        await HearAsync(_one, Jan, 1, Decision.Withdrawn);
        await HearAsync(_other, Jan, 2, Decision.Given);
        Assert.NotEqual("withdrawn", await _one.ReasonAsync(Jan));
        var last = await HearAsync(_one, Jan, 3, Decision.Withdrawn);
        Assert.Equal(new SendDecision(false, "withdrawn", last), await IndexedAsync(_other, Jan));
        Assert.Equal(("withdrawn", "withdrawn"), (await _one.ReasonAsync(Jan), await _other.ReasonAsync(Jan)));
    }

    [Fact]
    public async Task WhomOneForgot_TheOtherKnowsNoMore()
    {
        await BuiltAsync();
        await HearAsync(_one, Els, 1, Decision.Given, Stream);
        Assert.NotEqual("no-basis", await _other.ReasonAsync(Els));

        await _one.HearAsync(new ConsentErased("t1", _one.Time.Is, Sample.Site, Stream, 1, 2, _one.Time.Is, ErasureReason.Request));

        Assert.Equal(("erased", "erased"), (await _one.ReasonAsync(Els), await _other.ReasonAsync(Els)));
    }

    private string FolderOf(string replica)
    {
        var own = Directory.CreateDirectory(Path.Combine(_folder.Path, replica)).FullName;
        Directory.CreateSymbolicLink(Path.Combine(own, "keys"), Directory.CreateDirectory(Path.Combine(_folder.Path, "keys")).FullName);
        return own;
    }

    private async Task BuiltAsync()
    {
        await _one.Index.Built.WaitAsync(_patience);
        await _other.Index.Built.WaitAsync(_patience);
    }

    private static async Task<string> HearAsync(MarketingHost replica, string address, long version, Decision status, string? stream = null)
    {
        var subject = replica.Keys.Addresses(Sample.Controller).AddressId(address);
        var receipt = Sample.Receipt(subject, version, ("newsletter", Sample.Decided(Sample.Declaration(), "newsletter", status, replica.Time.Is)));
        await replica.HearAsync(new ConsentChanged(RandomId.New(), replica.Time.Is, receipt, stream));
        return receipt.Id;
    }

    /// <summary>What the index alone answers, of the newsletter.</summary>
    private static async Task<SendDecision?> IndexedAsync(MarketingHost replica, string address)
    {
        Assert.True(await replica.Index.IsCurrentAsync(default));
        var inForce = Sample.Published(Sample.Declaration());
        var answers = replica.Index.AnswersFor(
            inForce, replica.Keys.Addresses(Sample.Controller), TopicOnChannel.Find(inForce.Declaration, "newsletter", null)!, replica.Time.Is,
            (own, held, isRelated) => MaySend.Decide(own, held, inForce, "newsletter", replica.Time.Is, isRelated: isRelated));
        answers.Begin();
        return answers.Of(address);
    }
}
