using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Consent.Subscriber;

/// <summary>
/// Registers what a subscriber needs, all of it under the service's name (keyed services), because one process may hold several.
/// The name is also the prefix of its queues and its data folder.
/// </summary>
public static class SubscriberRegistration
{
    /// <summary>
    /// Lets the service hold every declaration: <see cref="DeclarationBook"/> and <see cref="IDeclarations"/>, keyed by
    /// <paramref name="service"/>. Calling it twice is harmless.
    /// </summary>
    public static IHostApplicationBuilder AddDeclarationBook(this IHostApplicationBuilder builder, string service)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (services.Any(s => s.IsKeyedService && s.ServiceType == typeof(DeclarationBook) && service.Equals(s.ServiceKey))) return builder;

        services.TryAddSingleton(TimeProvider.System);
        services.AddKeyedSingleton(service, (_, _) => new SubscriberStore(ServiceData.FileOf(builder.Configuration, service, "subscriber.db")));
        services.AddKeyedSingleton(service, (provider, _) => new DeclarationBook(
            provider.GetRequiredKeyedService<SubscriberStore>(service), provider.GetRequiredService<TimeProvider>()));
        services.AddKeyedSingleton<IDeclarations>(service, (provider, _) => provider.GetRequiredKeyedService<DeclarationBook>(service));
        services.AddEventHandler<DeclarationPublished>(service, provider => new HearDeclarationPublished(
            service, provider.GetRequiredKeyedService<DeclarationBook>(service), provider.GetRequiredService<IEventTransport>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IHostedService>(provider => new OpenAtStart(() => provider.GetRequiredKeyedService<DeclarationBook>(service)));
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            $"subscriber-{service}", provider => new StoreAnswers(provider.GetRequiredKeyedService<SubscriberStore>(service)), null, null));
        return builder.AddAnnouncement(service, [DeclarationPublished.Kind]);
    }

    /// <summary>
    /// Lets the service hold the current preferences of every subject: <see cref="SubscriberState"/>, keyed by
    /// <paramref name="service"/>, with the declarations that belong to it.
    /// </summary>
    /// <param name="onApplied">
    /// Called after the commit and before the acknowledgement, for a change that is the newest of its stream. At least once: it is
    /// called again when the message comes again, so it must bear repeating. When it throws, the message comes again.
    /// </param>
    public static IHostApplicationBuilder AddConsentSubscriber(
        this IHostApplicationBuilder builder, string service, Func<IServiceProvider, ConsentChanged, CancellationToken, Task>? onApplied = null)
    {
        builder.AddDeclarationBook(service);
        builder.Services.AddKeyedSingleton(service, (provider, _) => new SubscriberState(
            provider.GetRequiredKeyedService<SubscriberStore>(service), provider.GetRequiredKeyedService<DeclarationBook>(service),
            provider.GetRequiredService<TimeProvider>()));
        builder.Services.AddEventHandler<ConsentChanged>(service, provider => new HearConsentChanged(
            service, provider.GetRequiredKeyedService<SubscriberState>(service), provider.GetRequiredService<IEventTransport>(),
            provider.GetRequiredService<TimeProvider>(), onApplied is null ? null : (e, cancel) => onApplied(provider, e, cancel)));
        builder.Services.AddEventHandler<ConsentErased>(service, provider => new HearConsentErased(
            service, provider.GetRequiredKeyedService<SubscriberState>(service), provider.GetRequiredService<IEventTransport>(),
            provider.GetRequiredService<TimeProvider>()));
        return builder.AddAnnouncement(service, [ConsentChanged.Kind, ConsentErased.Kind]);
    }

    /// <summary>
    /// Announces that the service hears these kinds of events, on top of what its other registrations hear: for a service with
    /// event handlers of its own, which then acknowledges with <see cref="Acknowledgement.AcknowledgeAsync"/>.
    /// </summary>
    /// <param name="everyVersion">It needs each version of a stream, not only the newest.</param>
    public static IHostApplicationBuilder AddAnnouncement(
        this IHostApplicationBuilder builder, string service, IReadOnlyList<string> kinds, bool everyVersion = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new Announcement(service, kinds, everyVersion));
        // One for the process, however many services it holds.
        builder.Services.AddHostedService<AnnounceSubscribers>();
        return builder;
    }

    /// <summary>A file that cannot be used must stop the start, not the first message.</summary>
    private sealed class OpenAtStart(Action open) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            open();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>A failing query reports itself: the framework turns the exception into an unhealthy state.</summary>
    private sealed class StoreAnswers(SubscriberStore store) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            using var db = store.Open();
            _ = await db.Declarations.AnyAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
    }
}
