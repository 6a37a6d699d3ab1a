using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Storage;
using Consent.Subscriber;
using Consent.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.ConsentService.Tests;

/// <summary>The consent service and real subscribers in one process, on a data folder that outlives it.</summary>
internal sealed class ConsentWithSubscribers : IAsyncDisposable
{
    private readonly RunningApp _app;
    private readonly string _data;

    private ConsentWithSubscribers(string data, (string Name, string[]? Purposes)[] subscribers)
    {
        _data = data;
        _app = new RunningApp(
            builder =>
            {
                builder.Configuration["Relay:RedeliverAfter"] = "00:00:01";
                builder.AddConsentService();
                foreach (var (name, purposes) in subscribers) builder.AddConsentSubscriber(name, purposes);
                builder.AddMessaging();
            },
            app => app.MapConsentService(), data);
    }

    public DeliveryLedger Ledger => _app.Services.GetRequiredKeyedService<DeliveryLedger>("consent");

    private IRecordLog Log => _app.Services.GetRequiredKeyedService<IRecordLog>("consent");

    /// <summary>Of these names, each concerned by every site.</summary>
    public static Task<ConsentWithSubscribers> StartAsync(string data, params string[] subscribers) =>
        StartForAsync(data, [.. subscribers.Select(s => (s, (string[]?)null))]);

    public static async Task<ConsentWithSubscribers> StartForAsync(string data, params (string Name, string[]? Purposes)[] subscribers)
    {
        var started = new ConsentWithSubscribers(data, subscribers);
        await started._app.StartAsync();
        return started;
    }

    public async Task<PublishedDeclaration> PublishAsync(Declaration declaration) =>
        (await _app.Services.GetRequiredService<DeclarationLog>().PublishAsync(declaration, _ => true))!.Value.Published;

    public async Task<Receipt> DecideAsync(string subject, bool yes, string site = "test-site", string purpose = "statistics")
    {
        var inForce = _app.Services.GetRequiredService<DeclarationLog>().InForce(site)!;
        var held = DecisionRecorder.ReceiptOf(await Log.LatestAsync(Receipt.Stream(site, subject)))?.Version ?? 0;
        var recorded = await _app.Services.GetRequiredService<DecisionRecorder>().RecordAsync(
            new Decided(site, subject, held, new Dictionary<string, bool> { [purpose] = yes }, inForce, "nl", "save", "banner"), inForce, null);
        return Assert.IsType<Recorded.Stored>(recorded).Receipt;
    }

    public Task EraseAsync(string subject) => EraseSubject.EraseAsync(Log, "test-site", subject, TimeProvider.System.Now());

    public SubscriberState State(string subscriber) => _app.Services.GetRequiredKeyedService<SubscriberState>(subscriber);

    public Task LoadedAsync(string subscriber) => Eventually.IsSoAsync($"{subscriber} is loaded",
        () => Task.FromResult(State(subscriber).Loading is { IsLoaded: true, IsWalking: false }), TimeSpan.FromSeconds(60));

    public async Task CompareAsync(string subscriber) =>
        Assert.True(await _app.Services.GetRequiredKeyedService<CompareState>(subscriber).CompareAsync(CancellationToken.None));

    /// <summary>Waits until the subscriber holds, of every stream, exactly what the log's newest record says.</summary>
    public Task SameAsync(string subscriber, Func<Receipt, bool>? of = null) => Eventually.IsSoAsync($"{subscriber} holds what the log holds", async () =>
    {
        var told = new SortedSet<string>(StringComparer.Ordinal);
        StreamKey? after = null;
        while (await Log.NewestOfStreamsAsync(after, StreamKey.Parse(LoadSnapshot.End), 500) is { Count: > 0 } page)
        {
            foreach (var record in page)
                if (DecisionRecorder.ReceiptOf(record) is { } receipt && of?.Invoke(receipt) != false) told.Add(StateDigest.Of(record.StreamKey.ToString(), receipt).ToString());
            after = page[^1].StreamKey;
        }

        using var db = ((SubscriberStore)_app.Services.GetRequiredKeyedService<ISubscriberStore>(subscriber)).Open();
        return told.SetEquals(db.Receipts.AsEnumerable().Select(row => HeldReceipts.DigestOf(row).ToString()));
    });

    /// <summary>As by somebody who has the file open.</summary>
    public int ByHand(string subscriber, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_data, subscriber, "subscriber.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
