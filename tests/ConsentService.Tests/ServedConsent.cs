using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Storage;
using Consent.Tests.Support;

namespace Consent.ConsentService.Tests;

/// <summary>The consent service as a process of its own, on a data folder in which the test site is declared already.</summary>
internal sealed class ServedConsent(string? data = null) : IAsyncDisposable
{
    private readonly TemporaryFolder _own = new();

    public string Data => data ?? _own.Path;

    public ServiceProcess Process { get; private set; } = null!;

    public LogFiles Files => new(Path.Combine(Data, "consent", "log.db"), Path.Combine(Data, "keys", "consent"));

    public async ValueTask PrepareAsync()
    {
        await using var app = new RunningApp(
            builder =>
            {
                builder.AddConsentService();
                builder.AddMessaging();
            },
            web => web.MapConsentService(), Data);
        await app.StartAsync();
        var published = await app.SendAsync(HttpMethod.Put, "/v1/sites/test-site/declaration", TestSite.Declaration(), app.Token("admin"));
        Assert.True(published.IsSuccessStatusCode);
        Process = new ServiceProcess("consent", Repository.Program("services/consent"), new Uri($"http://127.0.0.1:{FreePorts.Take(1)[0]}"), new Dictionary<string, string>
        {
            ["Data"] = Data,
            ["Messaging:Transport"] = "in-memory",
            ["Auth:MetadataAddress"] = "http://127.0.0.1:9/.well-known/openid-configuration",
            ["Relay:Enabled"] = "false",
        });
    }

    public async Task StartAsync()
    {
        Process.Start();
        await Process.ReadyAsync();
    }

    public object Choice(string subject, long held, bool yes) => new
    {
        subjectId = subject,
        heldVersion = held,
        purposes = new { statistics = yes, media = yes },
        declaration = PublishedDeclaration.HashOf(TestSite.Declaration()),
        language = "nl",
        action = "save",
        source = "banner",
    };

    /// <summary>The log, opened by itself, holds each of these receipts word for word, in gapless chains, and nothing that cannot be read.</summary>
    public async Task IsThereAsync(IEnumerable<Receipt> acknowledged)
    {
        using var log = SqliteRecordLog.Open(Files, "consent", TimeProvider.System, DeclarationLog.IsStream);
        var position = 0L;
        var there = new Dictionary<string, Receipt>(StringComparer.Ordinal);
        var newest = new Dictionary<string, Receipt>(StringComparer.Ordinal);
        while (await log.FeedAsync(position, 1000) is { Count: > 0 } page)
        {
            foreach (var record in page)
            {
                Assert.True(record.Position > position);
                position = record.Position;
                if (DecisionRecorder.ReceiptOf(record) is not { } receipt) continue;
                there.Add(receipt.Id, receipt);
                var before = newest.GetValueOrDefault(receipt.SubjectId);
                Assert.Equal(((before?.Version ?? 0) + 1, before?.Id), (receipt.Version, receipt.Previous));
                newest[receipt.SubjectId] = receipt;
            }
        }

        foreach (var receipt in acknowledged) Assert.Equal(CanonicalJson.Hash(receipt), CanonicalJson.Hash(there[receipt.Id]));
    }

    public async ValueTask DisposeAsync()
    {
        if (Process is not null) await Process.DisposeAsync();
        _own.Dispose();
    }
}
