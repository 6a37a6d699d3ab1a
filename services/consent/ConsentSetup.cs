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
        builder.AddRelay(Service, EventOf, newestSuffices: true);
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
        services.AddEventHandler<MarketingSubscribed, HearMarketing>(Service);
        return builder.AddAnnouncement(Service, [MarketingUnsubscribed.Kind, MarketingSubscribed.Kind], everyVersion: true);
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
        return endpoints;
    }

    /// <summary>What is told of a record of the log.</summary>
    internal static OutgoingEvent? EventOf(LogRecord record, DateTimeOffset now) => record.Kind switch
    {
        DecisionRecorder.Kind => new OutgoingEvent(
            ConsentChanged.Kind, record.Id, ReceiptJson.Of(new ConsentChanged(record.Id, now, ReceiptBytes.Read(record), record.StreamKey.ToString()))),
        DeclarationLog.Kind => OutgoingEvent.Of(new DeclarationPublished(record.Id, now, record.Read<PublishedDeclaration>())),
        LogRecord.Erased => OutgoingEvent.Of(new ConsentErased(
            record.Id, now, EraseSubject.SiteOf(record), record.StreamKey.ToString(), record.Epoch, record.Version, record.RecordedAt)),
        _ => null,
    };
}
