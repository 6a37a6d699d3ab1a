using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;
using Consent.Subscriber;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Letters;

/// <summary>The README's subscriber, word for word, so that the compiler reads it too. <see cref="Consent.Subscriber.Tests.ReadmeTests"/> compares.</summary>
internal static class ReadmeSubscriber
{
    public static void Run(string[] args)
    {
        // README
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults("letters");
        builder.AddConsentSubscriber("letters", ["newsletter"]);
        builder.AddMessaging();

        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapSubscriberPermits("letters");

        var state = app.Services.GetRequiredKeyedService<SubscriberState>("letters");
        app.MapGet("/may/{site}", (string site, [FromHeader(Name = "Consent-Subject")] string subject) =>
            state.IsPermitted(site, subject, "newsletter").Permitted);
        app.Run();
        // end of README
    }
}
