using System.Collections.Concurrent;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Consent.Subscriber.Tests;

public sealed class AcknowledgerTests : IDisposable
{
    private const int Many = 300;
    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Tell_ManyReceiptsWhileOneAcknowledgementIsUnderWay_ShareFewMessages_EachAfterItsCommit()
    {
        await using var subscriber = await OneSubscriber.StartAsync(_data);
        var receipts = Enumerable.Range(1, Many).Select(n => Sample.Receipt(1, Decision.Given, Sample.Address(n))).ToDictionary(r => r.Id);
        var toldTooEarly = new ConcurrentBag<string>();
        var mayPass = new TaskCompletionSource();
        subscriber.Transport.OnSending = () => mayPass.Task;
        subscriber.Transport.Fails = batch =>
        {
            var committed = Committed();
            foreach (var id in batch.Where(e => e.Kind == ConsentApplied.Kind).SelectMany(e => ContractJson.Read<ConsentApplied>(e.Body.Span).Each()).Select(a => a.RecordId))
                if (!committed.Contains(receipts[id].SubjectId)) toldTooEarly.Add(id);
            return false;
        };

        var heard = Task.WhenAll(receipts.Values.Select(receipt => subscriber.HearAsync(receipt)));
        await Eventually.IsSoAsync("all are committed", () => Task.FromResult(Committed().Count == Many));
        Assert.Empty(subscriber.Acknowledged);
        mayPass.SetResult();
        await heard;

        Assert.InRange(subscriber.Acknowledged.Count, 1, Many / 10);
        Assert.Equal(receipts.Keys.Order(StringComparer.Ordinal), subscriber.Acknowledged.SelectMany(a => a.Each()).Select(a => a.RecordId).Order(StringComparer.Ordinal));
        Assert.Empty(toldTooEarly);
    }

    [Fact]
    public async Task Tell_BrokerRefusesWhatSeveralShare_NoneOfThemIsTakenForTold()
    {
        await using var subscriber = await OneSubscriber.StartAsync(_data);
        var mayPass = new TaskCompletionSource();
        subscriber.Transport.OnSending = () => mayPass.Task;
        subscriber.Transport.Fails = batch => batch.Any(e => e.Kind == ConsentApplied.Kind);

        var heard = Enumerable.Range(1, 20).Select(n => subscriber.HearAsync(Sample.Receipt(1, Decision.Given, Sample.Address(n)))).ToList();
        await Eventually.IsSoAsync("all are committed", () => Task.FromResult(Committed().Count == heard.Count));
        mayPass.SetResult();

        foreach (var one in heard) await Assert.ThrowsAsync<UnpublishedException>(() => one);
    }

    /// <summary>Subjects whose receipts another connection can read.</summary>
    private HashSet<string> Committed()
    {
        using var connection = new SqliteConnection($"Data Source={_data.File(OneSubscriber.Name, "subscriber.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT subject FROM receipts";
        using var reader = command.ExecuteReader();
        var subjects = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read()) subjects.Add(reader.GetString(0));
        return subjects;
    }
}
