using Consent.Audit.Access;
using Consent.Audit.Evidence;
using Consent.Audit.Holds;
using Consent.Audit.Logs;
using Consent.Audit.Pages;
using Consent.Audit.Timelines;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;
using Consent.Storage;
using Consent.Subscriber;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Audit;

/// <summary>Hears everything, forgets nothing, and tells the story of one receipt. Why it is built so: README.md.</summary>
public static class AuditSetup
{
    public const string Service = "audit";

    /// <summary>Who keeps a delivery ledger, and acknowledges nothing that audit does not ask about.</summary>
    internal static readonly string[] Sources = ["consent", "marketing-unsubscribe"];

    public static IHostApplicationBuilder AddAudit(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddRecordLog(Service, AuditLog.NamesNobody);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<AuditLog>();
        builder.Services.AddSingleton(p => new KeptHolds(p.GetRequiredService<LogSettings>().Checkpoints, p.GetRequiredKeyedService<IRecordLog>(Service)));
        builder.Services.AddSingleton<HoldJournal>();
        builder.Services.AddSingleton<RestrictedPersons>();
        builder.Services.AddSingleton<Placing>();
        builder.Services.AddSingleton<CarryOutErasures>();
        builder.Services.AddHostedService(p => p.GetRequiredService<CarryOutErasures>());
        builder.Services.AddSingleton<PutBackHolds>();
        builder.Services.AddHostedService(p => p.GetRequiredService<PutBackHolds>());
        builder.Services.AddSingleton<PersonTraces>();
        builder.Services.AddSingleton<AddressTraces>();
        builder.Services.AddSingleton<CampaignNotes>();
        builder.Services.AddSingleton<GatherCampaign>();
        builder.Services.AddSingleton<KnownSubscribers>();
        builder.Services.AddSingleton<AskLedgers>();
        builder.Services.AddHostedService(p => p.GetRequiredService<AskLedgers>());
        builder.AddLogs();
        builder.Services.AddSingleton<FollowReceipts>();
        builder.Services.AddHostedService(p => p.GetRequiredService<FollowReceipts>());
        builder.Services.AddSingleton<AccessNotes>();
        builder.Services.AddSingleton<ListLooks>();
        builder.AddSignIn();
        builder.AddAuditPages();
        builder.Services.AddSingleton<AskSubjects>();
        builder.Services.AddSingleton<FindPerson>();
        builder.Services.AddSingleton<OpenTraces>();
        builder.Services.AddSingleton<GatherTimeline>();
        builder.Services.AddSingleton<FindInForce>();
        builder.Services.AddSingleton<GatherEvidence>();
        builder.Services.AddSingleton<ReceiptRows>();
        builder.Services.AddEventHandler<ConsentChanged, HearConsentChanged>(Service);
        builder.Services.AddEventHandler<ConsentErased, HearConsentChanged>(Service);
        builder.Services.AddEventHandler<DeclarationPublished, HearDeclarationPublished>(Service);
        builder.Services.AddEventHandler<ErasureAsked, HearErasureAsked>(Service);
        builder.Services.AddEventHandler<MarketingUnsubscribed, HearMarketing<MarketingUnsubscribed>>(Service);
        builder.Services.AddEventHandler<MarketingUnsubscribeUndone, HearMarketing<MarketingUnsubscribeUndone>>(Service);
        builder.Services.AddEventHandler<MarketingSubscribed, HearMarketing<MarketingSubscribed>>(Service);
        builder.Services.AddEventHandler<MarketingErased, HearMarketing<MarketingErased>>(Service);
        builder.Services.AddEventHandler<MarketingLinksMade, HearLinksMade>(Service);
        builder.Services.AddEventHandler<SubscriberAnnounced, KnownSubscribers>(Service);
        builder.Services.AddEventHandler<MailCounted, HearMailCounted>(Service);
        builder.Services.AddEventHandler<ConsentApplied, HearConsentApplied>(Service);
        builder.Services.AddEventHandler<LedgerPage, HearLedgerPage>(Service);
        builder.Services.AddEventHandler<SubscriberRetired, HearSubscriberRetired>(Service);
        builder.AddFeed(
            Service, "consent",
            [FedEvent.Of<ConsentChanged>(), FedEvent.Of<ConsentErased>(), FedEvent.Of<DeclarationPublished>(), FedEvent.Of<ErasureAsked>(), FedEvent.Of<SubscriberRetired>()], IsHeldAsync);
        builder.AddFeed(
            Service, "marketing-unsubscribe",
            [
                FedEvent.Of<MarketingUnsubscribed>(), FedEvent.Of<MarketingUnsubscribeUndone>(), FedEvent.Of<MarketingSubscribed>(), FedEvent.Of<MarketingErased>(),
                FedEvent.Of<MarketingLinksMade>(), FedEvent.Of<SubscriberRetired>(),
            ],
            IsHeldAsync);
        return builder.AddAnnouncement(
            Service,
            [
                ConsentChanged.Kind, ConsentErased.Kind, DeclarationPublished.Kind, ErasureAsked.Kind, MarketingUnsubscribed.Kind, MarketingUnsubscribeUndone.Kind,
                MarketingSubscribed.Kind, MarketingErased.Kind, MarketingLinksMade.Kind, MailCounted.Kind, SubscriberRetired.Kind,
            ],
            everyVersion: true);
    }

    private static void AddLogs(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(p => LogSettings.Of(p.GetRequiredService<IConfiguration>()));
        builder.Services.AddSingleton<ILogSigners, LogKeys>();
        builder.Services.AddSingleton<KeptCheckpoints>();
        builder.Services.AddSingleton<LogSites>();
        builder.Services.AddSingleton<DerivedLogs>();
        builder.Services.AddSingleton<GatherEntries>();
        builder.Services.AddSingleton<LogPlaces>();
        builder.Services.AddSingleton<WriteLogs>();
        builder.Services.AddHostedService(p => p.GetRequiredService<WriteLogs>());
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration("logs-audit", p => p.GetRequiredService<WriteLogs>(), null, null));
        builder.Services.AddSingleton<FindEntries>();
        builder.Services.AddSingleton<CheckItselfRecords>();
        builder.Services.AddSingleton<CheckItself>();
        builder.Services.AddHostedService(p => p.GetRequiredService<CheckItself>());
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration("logs-complete", p => p.GetRequiredService<CheckItself>(), null, null));
        builder.Services.AddSingleton(p => WitnessSettings.Of(p.GetRequiredService<IConfiguration>()));
        builder.Services.AddSingleton<CosignedLogs>();
        builder.Services.AddSingleton<AskWitnesses>();
        builder.Services.AddHostedService(p => p.GetRequiredService<AskWitnesses>());
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration("log-witnesses", p => p.GetRequiredService<AskWitnesses>(), null, [ServiceDefaultsSetup.Alarm]));
    }

    /// <summary>Whether it arrived by itself, as almost everything does.</summary>
    private static ValueTask<bool> IsHeldAsync(IServiceProvider provider, string kind, string id) => provider.GetRequiredService<AuditLog>().IsHeldAsync(kind, id);

    public static IEndpointRouteBuilder MapAudit(this IEndpointRouteBuilder endpoints)
    {
        var audit = endpoints.MapGroup("/v1/audit").RequireScope("audit");
        audit.MapGet("/trace/{id}", ReadTrace.AnswerAsync);
        audit.MapGet("/trace/{id}/banner", ShownBanner.AnswerAsync);
        audit.MapGet("/evidence/{recordId}", AnswerEvidence.AnswerAsync);
        audit.MapPost("/evidence", AnswerEvidence.AskedAsync);
        audit.MapGet("/export", ExportReceipts.AnswerAsync);
        audit.MapGet("/receipts", ListReceipts.AnswerAsync);
        audit.MapGet("/subjects/{id}/timeline", ReadTimeline.OfSubjectAsync);
        audit.MapPost("/timeline", ReadTimeline.AskedAsync);
        audit.MapPost("/was-in-force", AskWasInForce.AnswerAsync);
        audit.MapGet("/mail", ListMailVolumes.AnswerAsync);
        audit.MapGet("/access", ReadAccess.AnswerAsync);
        audit.MapPost("/looks", NoteMarketingLook.AnswerAsync);
        audit.MapGet("/proofs/{recordId}", ProveRecord.AnswerAsync);
        audit.MapPost("/proofs/included", TellIncluded.AnswerAsync);
        audit.MapGet("/proofs/{recordId}/deliveries/{**subscriber}", ProveRecord.AnswerDeliveryAsync);
        HoldRoutes.Map(endpoints);
        SignIn.Map(endpoints);
        AuditPages.Map(endpoints);
        ServeLog.Map(endpoints);
        ListCampaigns.Map(endpoints);
        return endpoints;
    }
}
