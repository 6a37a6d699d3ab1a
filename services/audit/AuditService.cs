using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;
using Consent.Storage;
using Consent.Subscriber;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Consent.Audit;

/// <summary>Hears everything, forgets nothing, and tells the story of one receipt. Why it is built so: README.md.</summary>
public static class AuditService
{
    public const string Name = "audit";

    /// <summary>Who keeps a delivery ledger, and acknowledges nothing that audit does not ask about.</summary>
    internal static readonly string[] Sources = ["consent", "marketing-unsubscribe"];

    public static IHostApplicationBuilder AddAudit(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddRecordLog(Name);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<AuditLog>();
        builder.Services.AddSingleton<AskLedgers>();
        builder.Services.AddHostedService(p => p.GetRequiredService<AskLedgers>());
        builder.Services.AddEventHandler<ConsentChanged, HearConsentChanged>(Name);
        builder.Services.AddEventHandler<DeclarationPublished, HearDeclarationPublished>(Name);
        builder.Services.AddEventHandler<MarketingUnsubscribed, HearMarketing<MarketingUnsubscribed>>(Name);
        builder.Services.AddEventHandler<MarketingSubscribed, HearMarketing<MarketingSubscribed>>(Name);
        builder.Services.AddEventHandler<ConsentApplied, HearConsentApplied>(Name);
        builder.Services.AddEventHandler<LedgerPage, HearLedgerPage>(Name);
        return builder.AddAnnouncement(
            Name, [ConsentChanged.Kind, DeclarationPublished.Kind, MarketingUnsubscribed.Kind, MarketingSubscribed.Kind], everyVersion: true);
    }

    public static IEndpointRouteBuilder MapAudit(this IEndpointRouteBuilder endpoints)
    {
        var audit = endpoints.MapGroup("/v1/audit").RequireScope("audit");
        audit.MapGet("/trace/{receiptId}", ReadTrace.AnswerAsync);
        audit.MapGet("/receipts", ListReceipts.AnswerAsync);
        return endpoints;
    }
}
