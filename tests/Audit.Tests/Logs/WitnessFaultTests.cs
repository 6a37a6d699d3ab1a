using System.Diagnostics;
using System.Security.Cryptography;
using Consent.Audit.Logs;
using Consent.Tests.Support;
using Consent.VerifiableLog;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Audit.Tests.Logs;

/// <summary>Witnesses that are down, slow, wrong or hostile: each is told of, none delays or changes what is served.</summary>
public sealed class WitnessFaultTests : IDisposable
{
    private static readonly CosignatureSigner Other = new(StandInWitness.Name, RandomNumberGenerator.GetBytes(32), TimeProvider.System);
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Faults { get; } = new()
    {
        { "another key", "not-verified" },
        { "another checkpoint", "not-verified" },
        { "nothing", "not-verified" },
        { "a page", "not-verified" },
        { "more than an answer has", "unreadable" },
        { "no end", "unreadable" },
        { "a conflict without a size", "unreadable" },
        { "a conflict of another type", "unreadable" },
        { "the size that it was told", "conflict" },
        { "elsewhere", "redirect" },
        { "not this log", "unknown-log" },
        { "not these keys", "unknown-keys" },
        { "out of order", "refused" },
        { "hangs up", "unreachable" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task WhatAWitnessDoesWrong_IsTold_AndChangesNothing_UntilItDoesRight(string fault, string outcome)
    {
        await using var witness = await StandInWitness.StartAsync();
        await using var audit = await AuditWithLogs.StartAsync(_folder, witness.Settings);
        await audit.HearAsync(Samples.Choice());
        await audit.RoundAsync();
        var before = await audit.TextAsync("/log/tuinhuis/checkpoint");
        var (served, calls) = (SignedNote.Parse(before), 0);
        witness.Instead = (http, note) =>
        {
            calls++;
            Assert.Equal(served.Text, note.Text);
            return AnswerAsync(fault, http, note, witness);
        };

        await audit.AskWitnessesAsync();
        Assert.Equal(before, await audit.TextAsync("/log/tuinhuis/checkpoint"));
        await WitnessTests.IsNotCosignedAsync(audit, outcome);
        Assert.Equal(1, calls);
        // It is left alone for a while.
        await audit.AskWitnessesAsync();
        Assert.Equal(1, calls);

        witness.Instead = null;
        witness.Trust(await audit.KeysAsync());
        audit.Clock.Pass(TimeSpan.FromSeconds(2));
        await audit.AskWitnessesAsync();
        Assert.NotNull(Cosignature.Of(SignedNote.Parse(await audit.TextAsync("/log/tuinhuis/checkpoint")), witness.Key));
        Assert.Equal(HealthStatus.Healthy, (await audit.HealthAsync("log-witnesses")).Status);
    }

    [Fact]
    public async Task AWitnessThatDoesNotAnswer_IsGivenUp_AndMeanwhileTheLogGrows()
    {
        await using var witness = await StandInWitness.StartAsync();
        await using var audit = await AuditWithLogs.StartAsync(_folder, witness.Settings);
        await audit.HearAsync(Samples.Choice());
        await audit.RoundAsync();
        var before = (await audit.CheckpointAsync()).Size;
        // The seconds that it is given are to pass.
        audit.Clock.Slower = 1;
        witness.Instead = (http, _) => Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(gone => { }, TaskScheduler.Default);

        var began = Stopwatch.StartNew();
        var asking = audit.AskWitnessesAsync();
        await Eventually.IsSoAsync("the witness was asked", () => Task.FromResult(witness.Asked.Count == 1));
        await audit.HearAsync(Samples.Choice("choice-2"));
        await audit.RoundAsync();
        Assert.True((await audit.CheckpointAsync()).Size > before);
        // Unless the seconds are over, which they may be on a slow machine.
        Assert.True(!asking.IsCompleted || began.Elapsed >= TimeSpan.FromSeconds(5));

        await asking;
        await WitnessTests.IsNotCosignedAsync(audit, "timeout");
    }

    [Fact]
    public async Task AWitnessThatIsDown_KeepsNothingFromBeingServed_NorAnotherWitnessFromCosigning()
    {
        await using var witness = await StandInWitness.StartAsync();
        (string, string)[] down = [("Audit:Witnesses:1:Url", $"http://127.0.0.1:{FreePorts.Take(1)[0]}"), ("Audit:Witnesses:1:Key", Other.Key.ToString())];
        await using var audit = await AuditWithLogs.StartAsync(_folder, [.. witness.Settings, .. down]);
        await audit.HearAsync(Samples.Choice());
        await audit.RoundAsync();
        witness.Trust(await audit.KeysAsync());
        await audit.AskWitnessesAsync();

        var first = (await audit.CheckpointAsync()).Size;
        await audit.HearAsync(Samples.Choice("choice-2"));
        await audit.RoundAsync();
        await audit.AskWitnessesAsync();

        // The one that answers waits for no other.
        Assert.True((await audit.CheckpointAsync()).Size > first);
        Assert.NotNull(Cosignature.Of(SignedNote.Parse(await audit.TextAsync("/log/tuinhuis/checkpoint")), witness.Key));
        Assert.Contains("(unreachable)", (await audit.HealthAsync("log-witnesses")).Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://witness.example/submit", null, "Url")]
    [InlineData("ftp://127.0.0.1/submit", null, "Url")]
    [InlineData("https://user:password@witness.example/", null, "Url")]
    [InlineData("https://witness.example/?log=1", null, "Url")]
    [InlineData("witness.example", null, "Url")]
    [InlineData(null, null, "Url")]
    [InlineData("https://witness.example", "nonsense", "Key")]
    [InlineData("https://witness.example", "", "Key")]
    [InlineData("https://witness.example", "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "Key")]
    public void ASettingThatIsWrong_IsRefusedAtTheStart_WithASentence(string? url, string? key, string named)
    {
        var thrown = Assert.Throws<InvalidOperationException>(() => Read(("Audit:Witnesses:0:Url", url), ("Audit:Witnesses:0:Key", key ?? Other.Key.ToString())));
        Assert.Contains($"Audit:Witnesses:0:{named}", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AWitnessThatIsNamedTwice_IsRefused_AndAPrefixMayEndWithASlash()
    {
        (string, string?)[] first = [("Audit:Witnesses:0:Url", "https://one.example/submit/"), ("Audit:Witnesses:0:Key", Other.Key.ToString())];
        Assert.Equal("https://one.example/submit/add-checkpoint", Read(first).Witnesses.Single().Submission.ToString());
        Assert.Throws<InvalidOperationException>(() => Read([.. first, ("Audit:Witnesses:1:Url", "https://two.example"), ("Audit:Witnesses:1:Key", Other.Key.ToString())]));
    }

    [Theory]
    [InlineData("00:00:00.5")]
    [InlineData("00:01:00")]
    public void AWaitThatCannotBeMeant_IsRefusedAtTheStart(string within) =>
        Assert.Contains("Audit:CosignedWithin", Assert.Throws<InvalidOperationException>(() => Read(("Audit:CosignedWithin", within))).Message, StringComparison.Ordinal);

    private static WitnessSettings Read(params (string Name, string? Value)[] settings) =>
        WitnessSettings.Of(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, s.Value))).Build());

    private static Task AnswerAsync(string fault, HttpContext http, SignedNote note, StandInWitness witness)
    {
        switch (fault)
        {
            case "another key": return Reply.WithAsync(http, 200, "text/plain", $"{Other.Cosign(note).Line}\n");
            case "another checkpoint": return Reply.WithAsync(http, 200, "text/plain", witness.LineFor(SignedNote.Sign($"{note.Text}more\n", Other)));
            case "nothing": return Reply.WithAsync(http, 200, "text/plain", "");
            case "a page": return Reply.WithAsync(http, 200, "text/html", "<!doctype html><title>Sign in</title>");
            case "more than an answer has": return Reply.WithAsync(http, 200, "text/plain", $"{witness.LineFor(note)}{string.Concat(Enumerable.Repeat($"{Other.Cosign(note).Line}\n", 1000))}");
            case "no end": return Reply.EndlesslyAsync(http);
            case "a conflict without a size": return Reply.WithAsync(http, 409, "text/x.tlog.size", "many\n");
            case "a conflict of another type": return Reply.WithAsync(http, 409, "text/plain", "1\n");
            case "the size that it was told": return Reply.WithAsync(http, 409, "text/x.tlog.size", "0\n");
            case "elsewhere": return Reply.RedirectAsync(http, $"{witness.Url}/add-checkpoint");
            case "not this log": return Reply.WithAsync(http, 404, "text/plain", "");
            case "not these keys": return Reply.WithAsync(http, 403, "text/plain", "");
            case "out of order": return Reply.WithAsync(http, 500, "text/plain", "");
            default:
                http.Abort();
                return Task.CompletedTask;
        }
    }
}
