using System.Reflection;
using Consent.Contracts;
using Consent.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consent.ConsentService.Tests;

/// <summary>Whoever objects while the erasure after the term of proof is on its way to the log: nothing of it is lost.</summary>
public sealed class ErasureOvertakenTests
{
    private static readonly Declaration _site = TestSite.Declaration();
    private static readonly string _hash = PublishedDeclaration.HashOf(_site);

    [Fact]
    public async Task WhoDecidesWhileTheErasureIsOnItsWay_KeepsAllOfIt()
    {
        await using var consent = await MovedConsent.StartAsync(_site with { ProofFor = new Term(5, 0, 0) });
        var over = await consent.DecidedAsync(consent.Statistics(_hash, true));
        consent.Clock.At = new Term(5, 0, 0).After(over.Purposes["statistics"].ValidUntil!.Value);
        var objection = new { subjectId = TestSite.Visitor, purposes = new { showcase = false }, declaration = _hash };
        var log = OvertakenLog.Of(consent.Log, () => consent.DecidedAsync(objection));
        using var sweep = new EraseAfterProof(
            log, consent.App.Services.GetRequiredService<DeclarationLog>(), new ConfigurationBuilder().Build(), consent.Clock, NullLogger<EraseAfterProof>.Instance);

        Assert.Equal(0, await sweep.RunOnceAsync(default));

        var newest = DecisionRecorder.ReceiptOf(await consent.Log.LatestAsync(Receipt.Stream("test-site", TestSite.Visitor)));
        Assert.Equal(2, newest!.Version);
        Assert.True(newest.Purposes["showcase"].IsNo);
        Assert.Equal(2, (await consent.Log.HistoryAsync(Receipt.Stream("test-site", TestSite.Visitor))).Count);
    }
}

/// <summary>A log at which something else is done just before the first erasure.</summary>
public class OvertakenLog : DispatchProxy
{
    private IRecordLog _log = null!;
    private Func<Task>? _before;

    public static IRecordLog Of(IRecordLog log, Func<Task> before)
    {
        var proxy = Create<IRecordLog, OvertakenLog>();
        var overtaken = (OvertakenLog)proxy;
        (overtaken._log, overtaken._before) = (log, before);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        ArgumentNullException.ThrowIfNull(targetMethod);
        return targetMethod.Name == nameof(IRecordLog.EraseAsync) && Interlocked.Exchange(ref _before, null) is { } before
            ? AfterAsync(before, targetMethod, args)
            : targetMethod.Invoke(_log, args);
    }

    private async Task<LogRecord?> AfterAsync(Func<Task> before, MethodInfo erase, object?[]? args)
    {
        await before();
        return await (Task<LogRecord?>)erase.Invoke(_log, args)!;
    }
}
