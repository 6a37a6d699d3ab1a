using System.Globalization;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consent.Subscriber;

/// <summary>
/// Registers what a subscriber needs, all of it under the service's name (keyed services), because one process may hold several.
/// The name is also the prefix of its queues and its data folder.
/// </summary>
public static class SubscriberRegistration
{
    /// <summary>
    /// Lets the service hold every declaration: <see cref="DeclarationBook"/> and <see cref="IDeclarations"/>, keyed by
    /// <paramref name="service"/>. Calling it twice is harmless. They lie in a file, or where <c>Storage:Engine</c> is <c>postgres</c>, or <c>cosmos</c> with that
    /// set, in the database <c>Storage:Postgres</c>, for all replicas of the service.
    /// </summary>
    public static IHostApplicationBuilder AddDeclarationBook(this IHostApplicationBuilder builder, string service)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (services.Any(s => s.IsKeyedService && s.ServiceType == typeof(DeclarationBook) && service.Equals(s.ServiceKey))) return builder;

        services.TryAddSingleton(TimeProvider.System);
        builder.AddMigration($"the subscriber of {service}", settings => OpenSubscriberStore.BringUpToDate(settings, service));
        services.AddKeyedSingleton(service, (provider, _) => OpenSubscriberStore.Of(builder.Configuration, service, provider.GetRequiredService<TimeProvider>()));
        services.AddKeyedSingleton(service, (provider, _) => new DeclarationBook(
            provider.GetRequiredKeyedService<ISubscriberStore>(service), provider.GetRequiredService<TimeProvider>()));
        services.AddKeyedSingleton<IDeclarations>(service, (provider, _) => provider.GetRequiredKeyedService<DeclarationBook>(service));
        services.AddKeyedSingleton(service, (provider, _) => new Acknowledger(
            service, provider.GetRequiredService<IEventTransport>(), provider.GetRequiredService<TimeProvider>()));
        services.AddEventHandler<DeclarationPublished>(service, provider => Heard(provider, service));
        // A subscriber to preferences loads the declarations with them.
        services.AddKeyedSingleton(service, (p, _) => new LoadDeclarations(
            service, p.Of<ISubscriberStore>(service).Others is not null, p.Of<DeclarationBook>(service), p.GetRequiredService<IEventTransport>(), p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<ILogger<LoadDeclarations>>()));
        services.AddEventHandler<SnapshotPage>(service, p => p.GetKeyedService<LoadSnapshot>(service) ?? (IEventHandler<SnapshotPage>)p.Of<LoadDeclarations>(service));
        services.AddSingleton<IHostedService>(p => p.GetKeyedService<LoadSnapshot>(service) ?? (IHostedService)p.Of<LoadDeclarations>(service));
        services.AddSingleton<IHostedService>(provider => new OpenAtStart(() => provider.GetRequiredKeyedService<DeclarationBook>(service)));
        services.AddSingleton<IHostedService>(p => new FollowOthers(
            service, p.Of<ISubscriberStore>(service), p.Of<DeclarationBook>(service), p.GetKeyedService<SubscriberState>(service), p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<ILogger<FollowOthers>>()));
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            $"subscriber-{service}", provider => new StoreAnswers(provider.GetRequiredKeyedService<ISubscriberStore>(service), provider.GetKeyedService<SubscriberState>(service)), null, null));
        return builder.AddAnnouncement(service, [DeclarationPublished.Kind]);
    }

    /// <summary>
    /// Lets the service hold the current preferences of every subject: <see cref="SubscriberState"/>, keyed by
    /// <paramref name="service"/>, with the declarations that belong to it. What was recorded before it came is loaded at its first start,
    /// and what it holds is compared with the consent service's from time to time.
    /// </summary>
    /// <param name="purposes">Purposes and topics that concern it: it hears of every site that ever declared one of them. Null for every site.</param>
    /// <param name="onApplied">
    /// Called after the commit and before the acknowledgement, for a change that is the newest of its stream. At least once: it is
    /// called again when the message comes again, or is loaded again, so it must bear repeating. When it throws, the message comes again.
    /// </param>
    /// <param name="onErased">The same for an erased subject, named by the keyed hash of its stream alone.</param>
    /// <param name="onErasing">
    /// For who keeps something of its own of a person: called with the erased subject before what is held of it goes, of which nothing goes when it throws, and
    /// at least once, whether the tombstone comes by itself, again, or in what is loaded. Not for a subject of whom nothing is held: nobody knows who it was.
    /// </param>
    /// <param name="epoch">
    /// That of the service's own log, for who has one: a restore begins another, and may have brought back an old file of this one too, which knows no "no" of the
    /// lost time. So everything is loaded again, and until then nothing is permitted.
    /// </param>
    public static IHostApplicationBuilder AddConsentSubscriber(
        this IHostApplicationBuilder builder, string service, IReadOnlyList<string>? purposes = null,
        Func<IServiceProvider, ConsentChanged, CancellationToken, Task>? onApplied = null, Func<IServiceProvider, ConsentErased, CancellationToken, Task>? onErased = null,
        Func<IServiceProvider, ErasedSubject, CancellationToken, Task>? onErasing = null, Func<IServiceProvider, int>? epoch = null)
    {
        builder.AddDeclarationBook(service);
        var services = builder.Services;
        services.AddKeyedSingleton(service, new Wishes(service, purposes is { Count: > 0 } ? [.. purposes.Order(StringComparer.Ordinal)] : null));
        services.AddKeyedSingleton(service, (provider, _) => new Reactions(
            onApplied is null ? null : (e, cancel) => onApplied(provider, e, cancel), onErased is null ? null : (e, cancel) => onErased(provider, e, cancel)));
        services.AddKeyedSingleton(service, (p, _) => new SubscriberState(
            p.Of<ISubscriberStore>(service), p.Of<DeclarationBook>(service), WishesOf(p, epoch, p.Of<Wishes>(service)), p.GetRequiredService<TimeProvider>(),
            onErasing is null ? null : (erased, cancel) => onErasing(p, erased, cancel)));
        services.AddKeyedSingleton(service, (p, _) => new LoadSnapshot(
            p.Of<Wishes>(service), p.Of<SubscriberState>(service), p.Of<DeclarationBook>(service), p.Of<ISubscriberStore>(service).Others, p.GetRequiredService<IEventTransport>(), p.Of<Reactions>(service),
            p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<LoadSnapshot>>()));
        services.AddKeyedSingleton(service, (p, _) => new CompareState(
            p.Of<Wishes>(service), p.Of<SubscriberState>(service), p.Of<ISubscriberStore>(service), p.Of<LoadSnapshot>(service), p.GetRequiredService<IEventTransport>(),
            builder.Configuration, p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<CompareState>>()));
        services.AddSingleton<IHostedService>(p => p.Of<CompareState>(service));
        services.AddEventHandler<ConsentChanged>(service, p => new HearConsentChanged(
            p.Of<Wishes>(service), p.Of<SubscriberState>(service), p.Of<DeclarationBook>(service), p.Of<Acknowledger>(service), p.Of<Reactions>(service),
            p.GetRequiredService<TimeProvider>()));
        services.AddEventHandler<ConsentErased>(service, p => new HearConsentErased(p.Of<SubscriberState>(service), p.Of<Acknowledger>(service), p.Of<Reactions>(service)));
        services.AddEventHandler<ComparisonAnswered>(service, p => p.Of<CompareState>(service));
        services.AddSingleton(new Announcement(service, [ConsentChanged.Kind, ConsentErased.Kind], false, purposes, p => p.Of<SubscriberState>(service)));
        return builder;
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

    /// <summary>Of a log that was never restored, what was remembered before epochs were. Asked again and again: a failover may begin an epoch while the service runs.</summary>
    private static Func<string> WishesOf(IServiceProvider provider, Func<IServiceProvider, int>? epoch, Wishes wishes)
    {
        var ever = wishes.ToString();
        return epoch is null ? () => ever : () => epoch(provider) is > 1 and var since ? string.Create(CultureInfo.InvariantCulture, $"{ever}, epoch {since}") : ever;
    }

    private static T Of<T>(this IServiceProvider provider, string service) where T : notnull => provider.GetRequiredKeyedService<T>(service);

    private static IEventHandler<DeclarationPublished> Heard(IServiceProvider provider, string service)
    {
        var (book, acknowledger) = (provider.Of<DeclarationBook>(service), provider.Of<Acknowledger>(service));
        return provider.GetKeyedService<Wishes>(service) is { Purposes: not null } wishes
            ? new HearDeclarationWithPurposes(wishes, provider.Of<SubscriberState>(service), acknowledger)
            : new HearDeclarationPublished(book, acknowledger);
    }

    /// <summary>A failing query reports itself: the framework turns the exception into an unhealthy state.</summary>
    private sealed class StoreAnswers(ISubscriberStore store, SubscriberState? state) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            await store.CheckAsync(cancellationToken);
            if (store.Others is { IsCurrent: false }) return HealthCheckResult.Unhealthy("It cannot look for what its other replicas did; until it can, nothing is permitted.");
            return state is { IsLoaded: false }
                ? HealthCheckResult.Degraded("It loads what was recorded before it came; until then nothing is permitted.")
                : HealthCheckResult.Healthy();
        }
    }
}
