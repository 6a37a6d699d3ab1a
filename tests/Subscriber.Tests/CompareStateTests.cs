using Consent.Contracts;
using Consent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Subscriber.Tests;

/// <summary>When it is compared, with the answers made by the test; with a real consent service it is in ConsentService.Tests.</summary>
public abstract class CompareStateTests(TestData data) : IDisposable
{
    private readonly TestData _data = data;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task ComparisonAfterTheStartThatWasNotAnswered_IsMadeAgainSoon()
    {
        var time = new SteppedTime(Sample.Start.AddHours(1));
        await using var subscriber = await OneSubscriber.StartAsync(_data, b =>
        {
            b.Services.AddSingleton<TimeProvider>(time);
            b.AddConsentSubscriber(OneSubscriber.Name);
        });
        var began = time.GetUtcNow();

        await Eventually.IsSoAsync("it is compared again", () =>
        {
            // While a look at the store lasts, time stands: it is not by that that it is late.
            if (subscriber.State.IsLoaded) time.Pass(TimeSpan.FromSeconds(5));
            return Task.FromResult(subscriber.Transport.Of<StateCompared>().Count >= 3);
        });

        // Three times within what lies between two of those that succeed.
        Assert.True(time.GetUtcNow() - began < TimeSpan.FromMinutes(8), $"Only after {time.GetUtcNow() - began}.");
    }

    [Fact]
    public async Task DeclarationsThatDifferAsBefore_AreLoadedAgainOnlyIfTheyWereRightBetween()
    {
        await using var subscriber = await OneSubscriber.StartAsync(_data, loaded: false);
        await Pages.LoadNothingAsync(subscriber);
        var asked = Pages.AskedForDeclarations(subscriber).Count;

        await CompareAsync(subscriber, declarationsDiffer: true);
        await CompareAsync(subscriber, declarationsDiffer: true);
        Assert.Equal(asked + 1, Pages.AskedForDeclarations(subscriber).Count);
        await CompareAsync(subscriber, declarationsDiffer: false);
        await CompareAsync(subscriber, declarationsDiffer: true);

        Assert.Equal(asked + 2, Pages.AskedForDeclarations(subscriber).Count);
    }

    [Fact]
    public async Task BucketsThatAreTooLargeForThePublisher_AreMadeSmallerAtOnce_AndStayThatSmall()
    {
        await using var subscriber = await OneSubscriber.StartAsync(_data, loaded: false);
        await Pages.LoadNothingAsync(subscriber);
        var compare = subscriber.Services.GetRequiredKeyedService<CompareState>(OneSubscriber.Name);
        var (comparing, bits) = (compare.CompareAsync(TestContext.Current.CancellationToken), new List<int>());
        for (var number = 1; number <= 3; number++)
        {
            var question = (await subscriber.Transport.WaitForAsync<StateCompared>(number))[number - 1];
            bits.Add(question.Bits);
            Assert.Equal(1 << question.Bits, question.Digests.Count);
            await subscriber.HearAsync(new ComparisonAnswered(RandomId.New(), question.Source, question.Id, [], false, number == 1 ? 3 : null));
            if (number == 2)
            {
                Assert.True(await comparing);
                comparing = compare.CompareAsync(TestContext.Current.CancellationToken);
            }
        }

        Assert.True(await comparing);
        Assert.Equal([0, 3, 3], bits);
    }

    private static async Task CompareAsync(OneSubscriber subscriber, bool declarationsDiffer)
    {
        var number = subscriber.Transport.Of<StateCompared>().Count + 1;
        var comparing = subscriber.Services.GetRequiredKeyedService<CompareState>(OneSubscriber.Name).CompareAsync(TestContext.Current.CancellationToken);
        var question = (await subscriber.Transport.WaitForAsync<StateCompared>(number))[number - 1];
        await subscriber.HearAsync(new ComparisonAnswered(RandomId.New(), question.Source, question.Id, [], declarationsDiffer));
        Assert.True(await comparing);
        if (Pages.AskedForDeclarations(subscriber) is [.., var last]) await subscriber.HearAsync(Pages.OfDeclarations(last));
    }
}
