using Consent.Audit;
using Consent.Audit.Logs;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Storage;
using Consent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Consent.Benchmarks;

/// <summary>The audit service in this process, as its Program composes it, its rounds and its own check running. What it says to others goes nowhere: events are handed to its handlers.</summary>
internal sealed class AuditHere : IAsyncDisposable
{
    private readonly RunningApp _app;

    private AuditHere(string data) => _app = new RunningApp(
        builder =>
        {
            builder.Logging.ClearProviders();
            builder.Configuration["Audit:Checkpoints"] = CheckpointsOf(data);
            builder.AddAudit();
            builder.Services.AddSingleton<IEventTransport>(new Nowhere());
        },
        app => app.MapAudit(),
        data);

    public static string Controller => Servers.Declared.Controller.Id;

    public IRecordLog Records => _app.Services.GetRequiredKeyedService<IRecordLog>(AuditSetup.Service);

    /// <summary>What the world may see of the log by now; null before its first checkpoint.</summary>
    public ServedLog? Log => Of<DerivedLogs>().Served(Of<LogSettings>().LogOf(Controller));

    /// <summary>Once its logs are opened, and the site is declared.</summary>
    public static async Task<AuditHere> StartAsync(string data)
    {
        var audit = new AuditHere(data);
        await audit._app.StartAsync();
        await Eventually.IsSoAsync("the logs are opened", () => Task.FromResult(audit.Of<DerivedLogs>().IsReady), TimeSpan.FromHours(1));
        await audit.HearAsync(new DeclarationPublished("declaration-of-bench", FilledAudit.Shown.PublishedAt, FilledAudit.Shown));
        return audit;
    }

    /// <summary>Derived from the record log: tiles, bundles and both indexes.</summary>
    public static long DerivedBytes(string data) => new[] { "logs", "receipts" }.Select(name => Path.Combine(data, AuditSetup.Service, name))
        .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)).Sum(file => new FileInfo(file).Length);

    public static string TilesOf(string data, string log) => Path.Combine(data, AuditSetup.Service, "logs", "of", log, "tile");

    public T Of<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    public Task HearAsync<T>(T e) where T : class, IEvent => _app.HearAsync(AuditSetup.Service, e);

    public string Token() => _app.Token("audit", ["*"], lifetime: TimeSpan.FromHours(1));

    /// <exception cref="InvalidOperationException">It was not answered.</exception>
    public async Task<string> GetAsync(string path, string token)
    {
        using var answer = await _app.SendAsync(HttpMethod.Get, path, token: token);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? text : throw new InvalidOperationException($"{path} was answered with {(int)answer.StatusCode}: {text}");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static string CheckpointsOf(string data) => $"{data}.checkpoints";

    private sealed class Nowhere : IEventTransport
    {
        public Task PublishAsync(IReadOnlyCollection<OutgoingEvent> events, CancellationToken cancel) => Task.CompletedTask;
    }
}
