using Consent.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>What a replica was killed at, another takes up: its own next round is an hour away.</summary>
public sealed class KilledRoundsTests : ConfirmingTest
{
    [Fact]
    public async Task ReplicaThatWasKilledWhileForgetting_AnotherForgets()
    {
        await AskAsync();
        var log = Host.Get<IServiceProvider>().GetRequiredKeyedService<IRecordLog>(MarketingUnsubscribeSetup.Service);
        await log.AcquireAsync("forget-attempts", "one that was killed", TimeSpan.FromSeconds(6));
        Host.Time.Pass(TimeSpan.FromDays(31));

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await RecordAsync() is not null) await Task.Delay(10, patience.Token);
    }
}
