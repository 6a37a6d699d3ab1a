using Consent.Contracts;
using Consent.Storage;
using Consent.Subscriber;

namespace Consent.MailGate;

/// <summary>
/// An SMTP relay that hands on what may be sent and nothing else. Why it is built so: README.md. Settings: <see cref="GateSettings"/>,
/// <see cref="NextHopSettings"/> and <see cref="StreamCredentials"/>; <c>Data</c>, <c>Relay</c>, <c>Auth</c> and <c>Messaging</c> as for every service.
/// </summary>
public static class MailGateSetup
{
    public const string Service = "mail-gate";

    public static IHostApplicationBuilder AddMailGate(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddRecordLog(Service, MailVolume.IsStream);
        builder.AddRelay(Service, _ => new Published(MailVolume.EventOf, NewestSuffices: true) { Kinds = [MailCounted.Kind] });
        builder.AddDeclarationBook(Service);
        builder.Services.AddSingleton(GateSettings.Of(builder.Configuration));
        builder.Services.AddSingleton(NextHopSettings.Of(builder.Configuration));
        builder.Services.AddSingleton(StreamCredentials.Of(builder.Configuration));
        builder.Services.AddSingleton<AskMarketing>();
        builder.Services.AddSingleton<MayReceive>();
        builder.Services.AddSingleton<NextHop>();
        builder.Services.AddSingleton<SignIn>();
        builder.Services.AddSingleton<AcceptRecipients>();
        builder.Services.AddSingleton<AcceptMail>();
        builder.Services.AddSingleton<CountMail>();
        // Ends after the server has, with all that it counted.
        builder.Services.AddHostedService(provider => provider.GetRequiredService<CountMail>());
        builder.Services.AddHostedService<ServeMail>();
        return builder;
    }

    public static IEndpointRouteBuilder MapMailGate(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapDeliveries(Service);
        return endpoints;
    }
}
