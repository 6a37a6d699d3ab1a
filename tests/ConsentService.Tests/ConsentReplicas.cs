using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Consent.ConsentService.Tests;

/// <summary>One server for the tests of replicas; each takes databases of its own.</summary>
public sealed class OnePostgres : IAsyncLifetime
{
    public PostgresServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await PostgresServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

/// <summary>Consent services on one PostgreSQL log: a data folder for each, and one folder of keys for all.</summary>
internal sealed class ConsentReplicas : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<RunningApp> _started = [];
    private readonly string _keys;

    private ConsentReplicas(string data, string keys) => (Data, _keys) = (data, keys);

    /// <summary>Connection string of the log.</summary>
    public string Data { get; }

    public static async Task<ConsentReplicas> OnAsync(OnePostgres postgres) =>
        new(await postgres.Server.CreateDatabaseAsync(), await postgres.Server.CreateDatabaseAsync());

    public async Task<(RunningApp One, RunningApp Other)> StartTwoAsync() => (await StartAsync(), await StartAsync());

    public async Task<RunningApp> StartAsync()
    {
        var own = _folder.File($"replica-{RandomId.New()}");
        Directory.CreateDirectory(own);
        Directory.CreateSymbolicLink(Path.Combine(own, "keys"), Directory.CreateDirectory(_folder.File("keys")).FullName);
        var app = new RunningApp(
            builder =>
            {
                // Nobody hears what they publish: each would say so again and again.
                builder.Configuration.AddInMemoryCollection(
                    [new("Storage:Engine", "postgres"), new("Storage:Postgres", Data), new("Storage:PostgresKeys", _keys), new("Relay:Enabled", "false")]);
                builder.AddConsentService();
                builder.AddMessaging();
            },
            web => web.MapConsentService(), own);
        _started.Add(app);
        return await app.StartAsync();
    }

    public async Task StopAsync(RunningApp replica)
    {
        _started.Remove(replica);
        await replica.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _started) await app.DisposeAsync();
        _folder.Dispose();
    }
}

internal static class ReplicaCalls
{
    public static Task<HttpResponseMessage> PublishAsync(this RunningApp replica, Declaration declaration, string? token = null) =>
        replica.SendAsync(HttpMethod.Put, $"/v1/sites/{declaration.Site}/declaration", declaration, token ?? replica.Token("admin"));

    /// <summary>A visitor's choice about one purpose, on the declaration with the hash; none is named without.</summary>
    public static Task<HttpResponseMessage> ChooseAsync(this RunningApp replica, string purpose, bool yes, string? hash) =>
        replica.SendAsync(HttpMethod.Post, "/v1/sites/test-site/decisions", new
        {
            subjectId = RandomId.New(),
            purposes = new Dictionary<string, bool> { [purpose] = yes },
            declaration = hash,
        });

    /// <summary>Hash of a version of the test site, or of the one in force; null where the replica knows none.</summary>
    public static async Task<string?> HashAsync(this RunningApp replica, int? version = null)
    {
        using var answer = await replica.SendAsync(HttpMethod.Get, $"/v1/sites/test-site/declaration{(version is { } v ? $"?version={v}" : "")}");
        return answer.Headers.ETag?.Tag.Trim('"');
    }
}
