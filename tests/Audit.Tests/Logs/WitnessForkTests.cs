using System.Globalization;
using Consent.Tests.Support;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Audit.Tests.Logs;

/// <summary>A witness that has cosigned another checkpoint of the same size: two histories of one log are signed.</summary>
public sealed class WitnessForkTests : IDisposable
{
    private const string Check = "log-witnesses";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>As programs of witnesses say it: 409 without a size, as the stand-in does, or with the one that it was told; or 422.</summary>
    [Theory]
    [InlineData(0, "")]
    [InlineData(409, "text/x.tlog.size")]
    [InlineData(422, "text/plain")]
    public async Task AnotherRootForTheSameSize_IsAFork_WhichNothingTakesBack_AndWhichStopsNoAnswer(int status, string type)
    {
        await using var witness = await StandInWitness.StartAsync();
        long size;
        await using (var audit = await AuditWithLogs.StartAsync(_folder, witness.Settings))
        {
            await audit.HearAsync(Samples.Choice());
            await audit.RoundAsync();
            witness.Trust(await audit.KeysAsync());
            await audit.AskWitnessesAsync();
            await WitnessTests.IsCosignedAsync(audit, witness);
            size = (await audit.CheckpointAsync()).Size;
        }

        using var elsewhere = new TemporaryFolder();
        await using var fork = await WitnessTests.ForkAsync(_folder, elsewhere, witness);
        await fork.HearAsync(Samples.Choice("another"));
        await fork.RoundAsync();
        Assert.Equal(size, (await fork.CheckpointAsync()).Size);
        var its = string.Create(CultureInfo.InvariantCulture, $"{size}\n");
        if (status != 0)
            witness.Instead = (http, _) => witness.Asked[^1] == "old 0" ? Reply.WithAsync(http, 409, "text/x.tlog.size", its) : Reply.WithAsync(http, status, type, its);

        await fork.AskWitnessesAsync();

        await IsForkedAsync(fork);
        Assert.Equal($"old {size}", witness.Asked[^1]);
        // Nobody is taken out of service by the word of a witness.
        Assert.True((await fork.GetAsync("/health/ready")).IsSuccessStatusCode);
        Assert.False((await fork.GetAsync("/health")).IsSuccessStatusCode);

        var asked = witness.Asked.Count;
        witness.Instead = (http, note) => Reply.WithAsync(http, 200, "text/plain", witness.LineFor(note));
        await fork.HearAsync(Samples.Choice("more"));
        await fork.RoundAsync();
        fork.Clock.Pass(TimeSpan.FromHours(1));
        await fork.AskWitnessesAsync();
        await IsForkedAsync(fork);
        Assert.Equal(asked, witness.Asked.Count);
    }

    private static async Task IsForkedAsync(AuditWithLogs fork)
    {
        Assert.DoesNotContain(StandInWitness.Name, await fork.TextAsync("/log/tuinhuis/checkpoint"), StringComparison.Ordinal);
        var health = await fork.HealthAsync(Check);
        Assert.Equal((HealthStatus.Unhealthy, true), (health.Status, health.Description!.Contains("tuinhuis (forked)", StringComparison.Ordinal)));
    }
}
