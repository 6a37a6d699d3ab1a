using System.Text.Json;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Storage;
using Consent.Subscriber;
using Consent.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Consent.ConsentService.Tests;

/// <summary>
/// The consent service's way to a state, over a real log, and a subscriber's, over the bodies of the messages as they travel; under
/// one clock. Messages arrive when they are told to: in any order, some of them again.
/// </summary>
internal sealed class BothWays : IDisposable
{
    private const string Subscriber = "letters";
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteRecordLog _log;
    private readonly DecisionRecorder _recorder;
    private readonly IHost _host;
    private readonly List<OutgoingEvent> _waiting = [];
    private readonly List<OutgoingEvent> _heard = [];
    private long _told;

    public BothWays()
    {
        _log = SqliteRecordLog.Open(new LogFiles(_folder.File("log.db"), _folder.File("keys")), "consent", Clock, DeclarationLog.IsStream);
        Declarations = new DeclarationLog(_log, Clock);
        _recorder = new DecisionRecorder(_log, Declarations, Clock);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Data", _folder.Path)]);
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddSingleton<IEventTransport>(new RecordingTransport());
        builder.AddConsentSubscriber(Subscriber);
        _host = builder.Build();
        _host.Services.GetRequiredKeyedService<SubscriberState>(Subscriber).MoveAsync("", complete: true, CancellationToken.None).GetAwaiter().GetResult();
    }

    public MovedClock Clock { get; } = new(TestSite.Noon);

    public DeclarationLog Declarations { get; }

    public async Task PublishAsync(Declaration declaration) => await Declarations.PublishAsync(declaration, _ => true);

    /// <returns>What was recorded, as it was decided; null when nothing was.</returns>
    public async Task<Receipt?> DecideAsync(Decided decided) =>
        (await _recorder.RecordAsync(decided, Declarations.InForce(decided.Site)!, null) as Recorded.Stored)?.Receipt;

    public async Task<Receipt?> ImportAsync(ImportedDecision row) =>
        (await _recorder.ImportAsync(row, Declarations.InForce(row.Site)!) as Recorded.Stored)?.Receipt;

    public async Task<bool> EraseAsync(string site, string subject) => await EraseSubject.EraseAsync(_log, site, subject, Clock.Now()) is not null;

    /// <summary>The newest receipt, as the log holds it.</summary>
    public async Task<Receipt?> NewestAsync(string site, string subject) => DecisionRecorder.ReceiptOf(await _log.LatestAsync(Receipt.Stream(site, subject)));

    /// <summary>Lets every message arrive that was not heard yet, in an order of chance, with some that were heard before among them.</summary>
    public async Task HearAsync(Random chance)
    {
        while (await _log.FeedAsync(_told, 100) is { Count: > 0 } page)
        {
            _waiting.AddRange(page.Select(record => ConsentSetup.EventOf(record, Clock.Now())!));
            _told = page[^1].Position;
        }

        List<OutgoingEvent> arriving = [.. _waiting, .. _waiting.Concat(_heard).Where(_ => chance.Next(3) == 0)];
        foreach (var message in arriving.OrderBy(_ => chance.Next()).ToList()) await HearAsync(message);
        _heard.AddRange(_waiting);
        _waiting.Clear();
    }

    /// <summary>Forgets which messages were heard: those of a new site have nothing to do with them.</summary>
    public void BeginAnew() => _heard.Clear();

    public static (bool Permitted, string Reason) ByConsent(Receipt? newest, PublishedDeclaration? inForce, string purpose, DateTimeOffset now)
    {
        if (inForce is null) return (false, "unknown-site");
        var state = ConsentState.Of(newest, inForce, purpose, now);
        return (state.Permitted, JsonNamingPolicy.KebabCaseLower.ConvertName(state.Status.ToString()));
    }

    public (bool Permitted, string Reason) BySubscriber(string site, string subject, string purpose) =>
        _host.Services.GetRequiredKeyedService<SubscriberState>(Subscriber).IsPermitted(site, subject, purpose);

    public void Dispose()
    {
        ((IAsyncDisposable)_host).DisposeAsync().AsTask().GetAwaiter().GetResult();
        _log.Dispose();
        _folder.Dispose();
    }

    private Task HearAsync(OutgoingEvent message) => message.Kind switch
    {
        "consent-changed" => HearAsync<ConsentChanged>(message),
        "consent-erased" => HearAsync<ConsentErased>(message),
        _ => HearAsync<DeclarationPublished>(message),
    };

    private Task HearAsync<T>(OutgoingEvent message) where T : class, IEvent =>
        _host.Services.GetRequiredKeyedService<IEventHandler<T>>($"{Subscriber}-{T.Kind}").HandleAsync(ContractJson.Read<T>(message.Body.Span), CancellationToken.None);
}
