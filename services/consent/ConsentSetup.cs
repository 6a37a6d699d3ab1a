using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;
using Consent.Storage;
using Consent.Subscriber;

namespace Consent.ConsentService;

/// <summary>Declarations, receipts, "may I?": the consent service, in a process of its own or beside others.</summary>
public static class ConsentSetup
{
    /// <summary>Its name: key of its registrations, prefix of its queues, name of its data folder.</summary>
    public const string Service = "consent";

    public static IHostApplicationBuilder AddConsentService(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddRecordLog(Service, DeclarationLog.IsStream);
        builder.AddRelay(Service, PublishedBy);
        var services = builder.Services;
        services.AddSingleton<DeclarationLog>();
        services.AddKeyedSingleton<IDeclarations>(Service, (provider, _) => provider.GetRequiredService<DeclarationLog>());
        services.AddHostedService<FollowDeclarations>();
        services.AddSingleton<DecisionRecorder>();
        services.AddSingleton<EraseAfterProof>();
        services.AddHostedService(provider => provider.GetRequiredService<EraseAfterProof>());
        services.AddSingleton<ReadState.Reader>();
        services.AddKeyedSingleton(Service, (provider, _) => SigningKeys.OfReceipts(provider.GetRequiredService<IConfiguration>()));
        services.AddEventHandler<MarketingUnsubscribed, HearMarketing>(Service);
        services.AddEventHandler<MarketingUnsubscribeUndone, HearMarketing>(Service);
        services.AddEventHandler<MarketingSubscribed, HearMarketing>(Service);
        services.AddEventHandler<MarketingErased, HearMarketingErased>(Service);
        builder.AddFeed(
            Service, "marketing-unsubscribe",
            [FedEvent.Of<MarketingUnsubscribed>(), FedEvent.Of<MarketingUnsubscribeUndone>(), FedEvent.Of<MarketingSubscribed>(), FedEvent.Of<MarketingErased>()]);
        return builder.AddAnnouncement(
            Service, [MarketingUnsubscribed.Kind, MarketingUnsubscribeUndone.Kind, MarketingSubscribed.Kind, MarketingErased.Kind], everyVersion: true);
    }

    public static IEndpointRouteBuilder MapConsentService(this IEndpointRouteBuilder endpoints)
    {
        PublishDeclaration.Map(endpoints);
        ReadPublishedDeclaration.Map(endpoints);
        CompareDeclarations.Map(endpoints);
        RecordDecision.Map(endpoints);
        ReadState.Map(endpoints);
        EraseSubject.Map(endpoints);
        ServeGpc.Map(endpoints);
        ServeReceiptDocument.Map(endpoints);
        ServeKeySet.Map(endpoints);
        PermitMany.Map(endpoints);
        ImportDecisions.Map(endpoints);
        ExportReceipts.Map(endpoints);
        endpoints.MapDeliveries(Service);
        return endpoints;
    }

    /// <summary>What is published of the log, and whom it concerns: whoever names a purpose is concerned by every site that ever declared it.</summary>
    internal static Published PublishedBy(IServiceProvider provider)
    {
        var declarations = provider.GetRequiredService<DeclarationLog>();
        return new Published(EventOf, NewestSuffices: true)
        {
            Kinds = [ConsentChanged.Kind, ConsentErased.Kind, DeclarationPublished.Kind, ErasureAsked.Kind],
            Concerns = (record, purposes) => SiteOf(record) is not { } site || purposes.Any(declarations.Of(site).EverDeclared),
            NamedPrefixOf = kinds => kinds is [var only] && only == DeclarationPublished.Kind ? DeclarationLog.Prefix : null,
            IsLoadedWhole = record => record.Kind == DeclarationLog.Kind,
            ReceiptOf = DecisionRecorder.ReceiptOf,
            DeclarationOf = record => record.Kind == DeclarationLog.Kind ? record.Read<PublishedDeclaration>() : null,
        };
    }

    /// <summary>What is told of a record of the log.</summary>
    internal static OutgoingEvent? EventOf(LogRecord record, DateTimeOffset now) => record.Kind switch
    {
        DecisionRecorder.Kind => new OutgoingEvent(
            ConsentChanged.Kind, record.Id, ReceiptJson.Of(new ConsentChanged(record.Id, now, ReceiptBytes.Read(record), record.StreamKey.ToString()))),
        DeclarationLog.Kind => OutgoingEvent.Of(new DeclarationPublished(record.Id, now, record.Read<PublishedDeclaration>())),
        LogRecord.Erased => OutgoingEvent.Of(new ConsentErased(
            record.Id, now, EraseSubject.SiteOf(record), record.StreamKey.ToString(), record.Epoch, record.Version, record.RecordedAt,
            EraseSubject.ReasonOf(record))),
        EraseSubject.AskedKind => EraseSubject.EventOf(record, now),
        _ => null,
    };

    /// <summary>Null for what every subscriber is to hear.</summary>
    private static string? SiteOf(LogRecord record) => record.Kind switch
    {
        DecisionRecorder.Kind => ReceiptBytes.Read(record).Site,
        LogRecord.Erased => EraseSubject.SiteOf(record),
        EraseSubject.AskedKind => EraseSubject.SiteOfAsked(record),
        _ => null,
    };
}
