using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;
using Consent.Storage;
using Consent.Subscriber;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Opt-out links, one-click opt-out, opt-ins and "may I send?". Settings: <c>PublicUrl</c>, the address under which people reach
/// <c>/u/…</c> (default <c>http://localhost:8080</c>; RFC 8058 wants https); <c>Mail:…</c>, see <see cref="MailSettings"/> and <see cref="MailLimits"/>; <c>Marketing:Rules</c>, see
/// <see cref="ChannelRuleFiles"/>; <c>Marketing:Audit</c>, see <see cref="NoteLook"/>; <c>Marketing:AskHere</c>, see <see cref="AskHere"/>; <c>Data</c> and <c>Relay</c> as for every service.
/// </summary>
public static class MarketingUnsubscribeSetup
{
    public const string Service = "marketing-unsubscribe";

    public static IHostApplicationBuilder AddMarketingUnsubscribe(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddRecordLog(Service, stream => CampaignLinks.IsStream(stream) || MailTexts.IsStream(stream));
        builder.AddRelay(Service, _ => new Published(MarketingEvents.Of, NewestSuffices: false) { Kinds = [MarketingUnsubscribed.Kind, MarketingUnsubscribeUndone.Kind, MarketingSubscribed.Kind, MarketingErased.Kind, MarketingLinksMade.Kind] });
        builder.AddConsentSubscriber(
            Service, onErasing: (provider, erased, cancel) => provider.GetRequiredService<HearErasure>().HandleAsync(erased, cancel),
            epoch: provider => provider.GetRequiredKeyedService<IRecordLog>(Service).Epoch);
        builder.Services.AddEventHandler<ErasureAsked, HearErasureAsked>(Service);
        builder.AddAnnouncement(Service, [ErasureAsked.Kind]);
        builder.Services.AddKeyedSingleton(Service, (provider, _) => IdentifierKeys.Of(provider.GetRequiredService<IConfiguration>(), Service));
        builder.Services.AddSingleton(provider => new UnsubscribeTokens(provider.GetRequiredKeyedService<IdentifierKeys>(Service)));
        builder.Services.AddSingleton<AddressIndex>();
        builder.Services.AddSingleton<AddressIndexFeed>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<AddressIndexFeed>());
        builder.Services.AddSingleton<MarketingLog>();
        builder.Services.AddSingleton<SamePersonNotes>();
        builder.Services.AddSingleton<SamePerson>();
        builder.Services.AddSingleton<HearErasure>();
        builder.Services.AddSingleton<TellObjections>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<TellObjections>());
        builder.Services.AddSingleton<AddressStreams>();
        builder.Services.AddSingleton<NoteLook>();
        builder.Services.AddSingleton<OptOuts>();
        builder.Services.AddSingleton<StatedOptOuts>();
        builder.Services.AddSingleton(AskHere.Of(builder.Configuration));
        builder.Services.AddSingleton<UnsubscribePages>();
        builder.Services.AddSingleton(provider => new ConfirmationTokens(provider.GetRequiredKeyedService<IdentifierKeys>(Service)));
        builder.Services.AddSingleton(ChannelRuleFiles.Of(builder.Configuration));
        builder.Services.AddSingleton<OptIns>();
        builder.Services.AddSingleton<ImportedOptIns>();
        builder.Services.AddSingleton(MailLimits.Of(builder.Configuration));
        builder.Services.AddSingleton<MailPace>();
        builder.Services.AddSingleton<AnswerMoment>();
        builder.Services.AddSingleton<MayAsk>();
        builder.Services.AddSingleton<WriteConfirmation>();
        builder.Services.AddSingleton<MailTexts>();
        builder.Services.AddSingleton<AskToConfirm>();
        builder.Services.AddSingleton<ConfirmationPages>();
        PreferenceRoutes.AddTo(builder.Services);
        if (MailSettings.Of(builder.Configuration) is { } mail)
        {
            builder.Services.AddSingleton<IMailer>(provider => new Mailer(mail, provider.GetRequiredService<ILogger<Mailer>>()));
            builder.Services.AddSingleton<MailOutage>();
        }
        builder.Services.AddHostedService<ForgetAttempts>();
        builder.Services.AddSingleton<CampaignLinks>();
        builder.Services.AddEventHandler<MarketingLinksMade, HearLinksMade>(Service);
        builder.Services.AddSingleton<TypedOptIns>();
        builder.Services.AddSingleton<SubscribeForms>();
        builder.Services.AddSingleton(PublicUrl.Of(builder.Configuration));
        return builder;
    }

    public static IEndpointRouteBuilder MapMarketingUnsubscribe(this IEndpointRouteBuilder endpoints)
    {
        CreateLinks.Map(endpoints);
        HandOutLinkKey.Map(endpoints);
        RecordOptIn.Map(endpoints);
        CheckAddresses.Map(endpoints);
        OneClickUnsubscribe.Map(endpoints);
        ShowUnsubscribePage.Map(endpoints);
        ConfirmUnsubscribe.Map(endpoints);
        UndoUnsubscribe.Map(endpoints);
        ReceiveReports.Map(endpoints);
        RecordOptOuts.Map(endpoints);
        ConfirmOptIn.Map(endpoints);
        PreferenceRoutes.Map(endpoints);
        SubscribeForm.Map(endpoints);
        ImportOptIns.Map(endpoints);
        EraseAddress.Map(endpoints);
        ReadProof.Map(endpoints);
        TellSubjects.Map(endpoints);
        TellLinks.Map(endpoints);
        endpoints.MapDeliveries(Service);
        return endpoints;
    }
}
