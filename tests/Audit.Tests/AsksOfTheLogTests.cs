using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Audit.Timelines;
using Consent.Contracts;
using Consent.Storage;
using Consent.Storage.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Consent.Audit.Tests;

/// <summary>A page asks the log as often for one line as for a hundred: under load each question to a database elsewhere waits its turn behind all that is being heard.</summary>
public sealed class AsksOfTheLogTests : IAsyncLifetime
{
    private readonly Audited _audit = new();

    public ValueTask InitializeAsync() => _audit.InitializeAsync();

    public ValueTask DisposeAsync() => _audit.DisposeAsync();

    [Theory]
    [InlineData("/v1/audit/receipts?site=tuin&limit=500")]
    [InlineData("/v1/audit/subjects/0123456789abcdef0123456789abcdef/timeline?site=tuin&limit=200")]
    public async Task A_page_of_many_asks_as_often_as_a_page_of_one(string page)
    {
        await _audit.HearAsync(Samples.Publication());
        await HearAsync(1);
        var (one, asked) = await AskAsync(page);
        await HearAsync(80);
        var (many, askedForMany) = await AskAsync(page);

        Assert.Equal((1, 81), (one, many));
        Assert.Equal(asked, askedForMany);
        Assert.InRange(asked, 1, 12);
    }

    private async Task HearAsync(int more)
    {
        for (var i = 0; i < more; i++) await _audit.HearAsync(Samples.Choice(RandomId.New()));
    }

    private async Task<(int Lines, int Asked)> AskAsync(string page)
    {
        // The index is up to the log then, and what follows the log in the background is not there to be counted.
        await _audit.Index.CurrentAsync(TestContext.Current.CancellationToken);
        var before = _audit.Counted.Asked;
        using var response = await _audit.GetAsync(page, _audit.Token("audit", "*"));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var answer = (await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
        return ((answer["receipts"] ?? answer["events"])!.AsArray().Count, _audit.Counted.Asked - before);
    }

    private sealed class Audited : RunningAudit
    {
        public WatchedLog Counted { get; private set; } = null!;

        public FollowReceipts Index => Services.GetRequiredService<FollowReceipts>();

        protected override void AddTransport(WebApplicationBuilder builder)
        {
            base.AddTransport(builder);
            var log = builder.Services.Single(d => d.ServiceType == typeof(IRecordLog) && Equals(d.ServiceKey, AuditSetup.Service));
            builder.Services.Remove(log);
            builder.Services.AddKeyedSingleton<IRecordLog>(AuditSetup.Service, (provider, key) =>
            {
                (var counting, Counted) = WatchedLog.Of((IRecordLog)log.KeyedImplementationFactory!(provider, key));
                return counting;
            });

            // What works by itself asks too.
            foreach (var worker in builder.Services.Where(d => d.ServiceType == typeof(IHostedService) && IsOurs(d)).ToList()) builder.Services.Remove(worker);
        }

        private static bool IsOurs(ServiceDescriptor worker) =>
            (worker.ImplementationType ?? worker.ImplementationFactory?.Method.DeclaringType)?.Namespace?.StartsWith("Consent.", StringComparison.Ordinal) == true;
    }
}
