using Consent.Subscriber;

namespace Consent.Newsletter;

/// <summary>The gate before a mailing list: who may be mailed now, by what this service itself has heard.</summary>
public static class NewsletterSetup
{
    public const string Service = "newsletter";

    public static IHostApplicationBuilder AddNewsletter(this IHostApplicationBuilder builder) => builder.AddConsentSubscriber(Service);

    public static IEndpointRouteBuilder MapNewsletter(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapSubscriberPermits(Service);
        endpoints.MapFilterRecipients();
        return endpoints;
    }
}
