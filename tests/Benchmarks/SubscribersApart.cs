using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;
using Consent.Subscriber;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Benchmarks;

/// <summary>Some subscribers in one process, which remember when they had applied what: <c>subscribers NAME…</c>, configured by the environment like a service.</summary>
internal static class SubscribersApart
{
    public const string Command = "subscribers";

    public static async Task<int> RunAsync(string[] names)
    {
        var builder = WebApplication.CreateBuilder(ReadOnce.Settings());
        builder.AddServiceDefaults("bench-subscribers");
        var applied = names.ToDictionary(name => name, _ => new ConcurrentDictionary<string, long>(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var name in names)
        {
            builder.AddConsentSubscriber(name, onApplied: (_, e, _) =>
            {
                // Once for each person: a change may come twice.
                applied[name].TryAdd(e.Receipt.SubjectId, Stopwatch.GetTimestamp());
                return Task.CompletedTask;
            });
        }

        builder.AddMessaging();
        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapGet("/count/{name}", (string name) => applied[name].Count.ToString(CultureInfo.InvariantCulture));
        app.MapGet("/loaded/{name}", (string name) => app.Services.GetRequiredKeyedService<SubscriberState>(name).IsLoaded ? "yes" : "no");
        // Each line a subject and the machine's monotonic clock, which all processes share.
        app.MapGet("/applied/{name}", (string name) => TypedResults.Text(string.Join('\n', applied[name].Select(a => $"{a.Key} {a.Value.ToString(CultureInfo.InvariantCulture)}"))));
        await app.RunAsync();
        return 0;
    }
}
