using Consent.Tests.Support;

namespace Consent.Faults.Tests;

/// <summary>A running product, and where its state is looked up once the faults are mended.</summary>
/// <param name="Consents">Addresses of the consent services; each has to say the same.</param>
/// <param name="Broker">One address of the broker; null in one process, where nothing waits in an error queue.</param>
public sealed record Deployment(Product Product, IReadOnlyList<Uri> Consents, string? Broker)
{
    /// <summary>The services that hold what the consent service publishes.</summary>
    public static IReadOnlyList<string> Subscribers { get; } = ["newsletter", "analytics", "marketing-unsubscribe"];

    public static Deployment Of(ManyProcesses product)
    {
        ArgumentNullException.ThrowIfNull(product);
        var consents = product.Processes.Where(p => p.Name == "consent" || p.Name.StartsWith("consent-", StringComparison.Ordinal));
        return new Deployment(product, [.. consents.Select(c => c.Address)], product.Broker.Split(',')[0]);
    }

    public static Deployment Of(OneProcess product)
    {
        ArgumentNullException.ThrowIfNull(product);
        return new Deployment(product, [product.Gateway], null);
    }

    public string SubscriberFile(string subscriber) => Path.Combine(Product.Data, subscriber, "subscriber.db");
}
