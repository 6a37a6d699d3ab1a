using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Consent.Subscriber.Tests;

/// <summary>Two replicas of one service on one database: each message comes to one of them, and either answers as if it had heard all.</summary>
[Collection(OnPostgres.Name)]
public sealed class ReplicasTests(OnePostgres postgres) : IDisposable
{
    private static readonly PublishedDeclaration Without = Sample.Published(1, d => d with { Purposes = [.. d.Purposes.Where(p => p.Id != "statistics")] });
    private static readonly PublishedDeclaration With = Sample.Published(2);
    private readonly TestData _data = TestData.On(postgres);

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task HalfOfTheReceiptsAtEach_BothPermitAlike()
    {
        await using var one = await OneSubscriber.StartAsync(_data);
        await using var other = await OneSubscriber.StartAsync(_data, loaded: false);
        await one.HearAsync(Sample.Published());
        var subjects = Enumerable.Range(1, 40).Select(Sample.Address).ToList();

        await Task.WhenAll(subjects.Select((subject, n) => (n % 2 == 0 ? one : other).HearAsync(Sample.Receipt(1, n % 4 < 2 ? Decision.Given : Decision.Refused, subject))));
        // The later decision of one is heard by the replica that did not hear the earlier.
        await Task.WhenAll(subjects.Select((subject, n) => (n % 2 == 0 ? other : one).HearAsync(Sample.Receipt(2, n % 4 < 2 ? Decision.Withdrawn : Decision.Given, subject))));
        await Eventually.IsSoAsync("the other one knows that all is loaded, and what is in force", () => Task.FromResult(other.State.IsLoaded && other.Book.InForce(Sample.Site) is not null));

        var permits = one.State.ArePermitted(Sample.Site, subjects, "statistics");
        Assert.Equal(subjects.Select((_, n) => n % 4 < 2 ? (false, "withdrawn") : (true, "given")), permits);
        Assert.Equal(permits, other.State.ArePermitted(Sample.Site, subjects, "statistics"));
    }

    [Fact]
    public async Task ErasedAtOne_ALateReceiptAtTheOther_BringsNobodyBack()
    {
        await using var one = await OneSubscriber.StartAsync(_data);
        await using var other = await OneSubscriber.StartAsync(_data);
        await other.HearAsync(Pages.Changed(Pages.First, Sample.Receipt(2, Decision.Given)));

        await one.HearAsync(new ConsentErased("t1", Sample.Start, Sample.Site, Pages.First, 1, 4, Sample.Start));
        await other.HearAsync(Pages.Changed(Pages.First, Sample.Receipt(3, Decision.Given)));

        Assert.Null(one.State.Newest(Sample.Site, Sample.Visitor));
        Assert.Null(other.State.Newest(Sample.Site, Sample.Visitor));
    }

    [Fact]
    public async Task DeclarationHeardByOne_IsInForceAtTheOther_ThatHeardNothing()
    {
        await using var one = await OneSubscriber.StartAsync(_data, b => b.AddDeclarationBook(OneSubscriber.Name));
        await using var other = await OneSubscriber.StartAsync(_data, b => b.AddDeclarationBook(OneSubscriber.Name));

        await one.HearAsync(Sample.Published());
        await Eventually.IsSoAsync("it is in force", () => Task.FromResult(other.Book.InForce(Sample.Site) is not null));

        Assert.Equal(Sample.Published().Hash, other.Book.InForce(Sample.Site)!.Hash);
    }

    [Fact]
    public async Task PageOfDeclarations_ThatAnswersAnothersQuestion_IsKeptForBoth()
    {
        await using var one = await OneSubscriber.StartAsync(_data, b => b.AddDeclarationBook(OneSubscriber.Name));
        await using var other = await OneSubscriber.StartAsync(_data, b => b.AddDeclarationBook(OneSubscriber.Name));
        await other.HearAsync(Pages.OfDeclarations((await other.Transport.WaitForAsync<SnapshotRequested>(1))[0]));

        await other.HearAsync(Pages.OfDeclarations((await one.Transport.WaitForAsync<SnapshotRequested>(1))[0], Sample.Published()));

        Assert.NotNull(other.Book.InForce(Sample.Site));
        await Eventually.IsSoAsync("the one that asked has it too", () => Task.FromResult(one.Book.InForce(Sample.Site) is not null));
    }

    [Fact]
    public async Task OneAsks_APageThatComesToTheOtherIsHandedOn_AndWhenItEndsTheOtherGoesOnBehindIt()
    {
        var one = await OneSubscriber.StartAsync(_data, loaded: false);
        var first = await AnsweredDeclarationsAsync(one);
        await using var other = await OneSubscriber.StartAsync(_data, loaded: false);

        await other.HearAsync(Pages.Of(first, Pages.First, complete: false, (Pages.First, Sample.Receipt(3, Decision.Given))));
        await Eventually.IsSoAsync("the next page is asked for by the same", () => Task.FromResult(Pages.Asked(one).Count == 2));
        Assert.Equal(Pages.First, Pages.Asked(one)[1].After);
        Assert.Empty(other.Transport.Of<SnapshotRequested>());
        Assert.Equal(3, other.State.Newest(Sample.Site, Sample.Visitor)!.Version);
        await one.DisposeAsync();

        var next = await Pages.QuestionAsync(other, 1);
        Assert.Equal(Pages.First, next.After);
        await other.HearAsync(Pages.Of(next, LoadSnapshot.End, complete: true));
        Assert.True(other.State.IsLoaded);
        await using var third = await OneSubscriber.StartAsync(_data, loaded: false);
        Assert.True(third.State.IsLoaded);
    }

    [Fact]
    public async Task WhatTheOtherHeardSinceThePageWasAskedFor_IsNotTakenForAheadOfTheLog()
    {
        await using var one = await OneSubscriber.StartAsync(_data, loaded: false);
        var question = await AnsweredDeclarationsAsync(one);
        await using var other = await OneSubscriber.StartAsync(_data, loaded: false);
        await other.HearAsync(Pages.Changed(Pages.First, Sample.Receipt(4, Decision.Given)));

        // Made before that: an older receipt of one, and nothing of another.
        await other.HearAsync(Pages.Changed(Pages.Second, Sample.Receipt(1, Decision.Given, Sample.Address(2))));
        await one.HearAsync(Pages.Of(question, LoadSnapshot.End, complete: true, (Pages.First, Sample.Receipt(3, Decision.Refused))));

        Assert.Equal(4, one.State.Newest(Sample.Site, Sample.Visitor)?.Version);
        Assert.NotNull(one.State.Newest(Sample.Site, Sample.Address(2)));
    }

    [Fact]
    public async Task SiteThatTheOtherHeardToConcernThem_WhileOneWalks_TheWalkBeginsAnew()
    {
        await using var one = await OneSubscriber.StartAsync(_data, OfStatistics, loaded: false);
        await one.HearAsync(Without);
        var question = await AnsweredDeclarationsAsync(one);
        await using var other = await OneSubscriber.StartAsync(_data, OfStatistics, loaded: false);
        await other.HearAsync(With);

        await one.HearAsync(Pages.Of(question, LoadSnapshot.End, complete: true));

        Assert.False(one.State.IsLoadedFor(Sample.Site));
        Assert.True(one.State.Loading.IsWalking);
    }

    [Fact]
    public async Task SiteOfWhichTheOtherHeardThatItConcernsThem_IsNotForgottenByAnotherDeclaration()
    {
        await using var one = await OneSubscriber.StartAsync(_data, OfStatistics);
        // By a clock that stands still, it looks for nothing of what others heard.
        await using var other = await OneSubscriber.StartAsync(_data, b =>
        {
            b.Services.AddSingleton<TimeProvider>(new SteppedTime(Sample.Start.AddHours(1)));
            OfStatistics(b);
        });
        await one.HearAsync(With);
        await one.HearAsync(Pages.Changed(Pages.First, Sample.Receipt(1, Decision.Refused)));

        await other.HearAsync(Without);

        Assert.NotNull(one.State.Newest(Sample.Site, Sample.Visitor));
    }

    [Fact]
    public async Task Follower_IsToldOfWhatTheOtherWroteAndErased_AndBeginsAnewWhenItIsTooLate()
    {
        await using var one = await OneSubscriber.StartAsync(_data);
        await using var other = await OneSubscriber.StartAsync(_data);
        var told = new List<ReceiptChange>();
        await one.State.FollowAsync(SubjectId.IsAddress, told.AddRange, CancellationToken.None);

        await other.HearAsync(Pages.Changed(Pages.First, Sample.Receipt(2, Decision.Given, Sample.Address(1))));
        Assert.True(await one.State.CatchUpAsync(CancellationToken.None));
        await other.HearAsync(new ConsentErased("t1", Sample.Start, Sample.Site, Pages.First, 1, 4, Sample.Start));
        Assert.True(await one.State.CatchUpAsync(CancellationToken.None));
        Assert.Equal([(Sample.Address(1), (long?)2), (Sample.Address(1), (long?)null)], told.Select(change => (change.Subject, change.Newest?.Version)));

        // As when the names that deleted rows left were swept before it looked.
        await other.HearAsync(Pages.Changed(Pages.Second, Sample.Receipt(1, Decision.Given, Sample.Address(2))));
        _data.Execute("DELETE FROM gone; UPDATE horizon SET seq = (SELECT last_value FROM place)");
        Assert.False(await one.State.CatchUpAsync(CancellationToken.None));
        Assert.False(await one.State.CatchUpAsync(CancellationToken.None));
        told.Clear();
        await one.State.FollowAsync(SubjectId.IsAddress, told.AddRange, CancellationToken.None);
        Assert.Equal([Sample.Address(2)], told.Select(change => change.Subject));
        Assert.True(await one.State.CatchUpAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Follower_WhenTheDatabaseWasStartedAgain_BeginsAnew()
    {
        await using var one = await OneSubscriber.StartAsync(_data);
        await one.State.FollowAsync(SubjectId.IsAddress, _ => { }, CancellationToken.None);

        await postgres.Server.DieAsync();
        await Assert.ThrowsAnyAsync<Exception>(async () => await one.State.CatchUpAsync(CancellationToken.None));
        await postgres.Server.StartAgainAsync();

        var isCurrent = true;
        await Eventually.IsSoAsync("the database answers", async () =>
        {
            try
            {
                isCurrent = await one.State.CatchUpAsync(CancellationToken.None);
                return true;
            }
            catch (StoreUnavailableException)
            {
                return false;
            }
        });
        Assert.False(isCurrent);
    }

    [Fact]
    public async Task DatabaseIsAway_WhoAsksIsToldSo_AsOfSomethingThatComesBack()
    {
        await using var one = await OneSubscriber.StartAsync(_data);
        await one.HearAsync(Sample.Published());
        await postgres.Server.DieAsync();
        try
        {
            Assert.IsAssignableFrom<IUnavailable>(Record.Exception(() => one.State.IsPermitted(Sample.Site, Sample.Visitor, "statistics")));
            Assert.IsAssignableFrom<IUnavailable>(await Record.ExceptionAsync(() => one.HearAsync(Sample.Receipt(1, Decision.Given))));
        }
        finally
        {
            await postgres.Server.StartAgainAsync();
        }

        var receipt = Sample.Receipt(2, Decision.Given);
        await Eventually.IsSoAsync("it is kept when it comes again", async () => await Record.ExceptionAsync(() => one.HearAsync(receipt)) is null);
        // Until it has looked again, what the others did meanwhile is not known.
        await Eventually.IsSoAsync("it permits again", () => Task.FromResult(one.State.IsPermitted(Sample.Site, Sample.Visitor, "statistics") == (true, "given")));
    }

    [Fact]
    public async Task OtherWishesOfANewerReplica_NothingIsPermittedByTheOlder_UntilItIsGone()
    {
        await using var older = await OneSubscriber.StartAsync(_data);
        await older.HearAsync(Sample.Published());
        Assert.True(older.State.IsLoaded);

        await using var newer = await OneSubscriber.StartAsync(_data, OfStatistics, loaded: false);

        Assert.False(newer.State.IsLoaded);
        await Eventually.IsSoAsync("the older one knows", () => Task.FromResult(!older.State.IsLoaded));
        Assert.Equal((false, "not-loaded"), older.State.IsPermitted(Sample.Site, Sample.Visitor, "statistics"));
    }

    [Fact]
    public async Task SchemaOfANewerRelease_StopsTheStart()
    {
        await using (await OneSubscriber.StartAsync(_data))
        {
        }
        _data.Execute("UPDATE schema_version SET version = 99 WHERE of = 'subscriber'");

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => OneSubscriber.StartAsync(_data));

        Assert.Contains("newer release", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Migrate_MakesTheTablesBeforeAnyReplicaStarts_AndChangesNothingTheSecondTime()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(_data.Settings);
        builder.AddConsentSubscriber(OneSubscriber.Name);
        using var errors = new StringWriter();

        Assert.Equal(0, Migrate.Run(builder, TextWriter.Null, errors));
        Assert.Equal(0, Migrate.Run(builder, TextWriter.Null, errors));

        Assert.Empty(errors.ToString());
        Assert.Equal(0L, _data.Execute("SELECT count(*) FROM receipts"));
    }

    private static void OfStatistics(IHostApplicationBuilder builder) => builder.AddConsentSubscriber(OneSubscriber.Name, ["statistics"]);

    /// <summary>The first question for states. That for declarations is answered with none.</summary>
    private static Task<SnapshotRequested> AnsweredDeclarationsAsync(OneSubscriber subscriber) => Pages.QuestionAsync(subscriber, 1);
}
