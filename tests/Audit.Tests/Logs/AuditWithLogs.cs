using System.Text;
using System.Text.Json.Nodes;
using Consent.Audit.Logs;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Storage;
using Consent.Tests.Support;
using Consent.VerifiableLog;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Audit.Tests.Logs;

/// <summary>The service over a data folder, whose rounds are run by the test, and its logs as anybody reads them over HTTP.</summary>
internal sealed class AuditWithLogs : IAsyncDisposable
{
    private readonly RunningApp _app;

    private AuditWithLogs(string data, (string Name, string Value)[] settings, Func<IRecordLog, IRecordLog>? over = null) => _app = new RunningApp(
        builder =>
        {
            builder.Configuration["Audit:CheckpointEvery"] = "1.00:00:00";
            builder.Configuration["Audit:PublicLogs"] = "*";
            builder.Configuration["Audit:Checkpoints"] = $"{data}.checkpoints";
            foreach (var (name, value) in settings) builder.Configuration[name] = value;
            builder.AddAudit();
            builder.Services.AddSingleton<TimeProvider>(Clock);
            builder.Services.AddSingleton<IEventTransport>(Outbox);
            if (over is null) return;
            var log = builder.Services.Single(d => d.ServiceType == typeof(IRecordLog) && Equals(d.ServiceKey, AuditSetup.Service));
            builder.Services.Remove(log);
            builder.Services.AddKeyedSingleton<IRecordLog>(AuditSetup.Service, (provider, key) => over((IRecordLog)log.KeyedImplementationFactory!(provider, key)));
        },
        app => app.MapAudit(),
        data);

    public RecordingTransport Outbox { get; } = new();

    public MovedClock Clock { get; } = new(TimeProvider.System.Now()) { Slower = 60 };

    public string Data => _app.Data;

    public Uri Address => _app.Http.BaseAddress!;

    public IRecordLog Records => _app.Services.GetRequiredKeyedService<IRecordLog>(AuditSetup.Service);

    public WriteLogs Writer => Of<WriteLogs>();

    public static async Task<AuditWithLogs> StartAsync(TemporaryFolder folder, params (string Name, string Value)[] settings)
    {
        var audit = await StartOnlyAsync(folder, settings);
        await audit.BeginAsync();
        return audit;
    }

    /// <param name="over">Gives the service another log, over its own.</param>
    public static async Task<AuditWithLogs> StartOverAsync(TemporaryFolder folder, Func<IRecordLog, IRecordLog> over)
    {
        var audit = new AuditWithLogs(folder.File("data"), [], over);
        await audit._app.StartAsync();
        await audit.BeginAsync();
        return audit;
    }

    /// <summary>Without a round of the test's own.</summary>
    public static async Task<AuditWithLogs> StartOnlyAsync(TemporaryFolder folder, params (string Name, string Value)[] settings)
    {
        var audit = new AuditWithLogs(folder.File("data"), settings);
        await audit._app.StartAsync();
        return audit;
    }

    public T Of<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    public Task HearAsync<T>(T e) where T : class, IEvent => _app.HearAsync(AuditSetup.Service, e);

    public Task<bool> RoundAsync() => Writer.RoundAsync(CancellationToken.None);

    /// <summary>Each witness is asked for what it has not cosigned.</summary>
    public Task AskWitnessesAsync() => Of<AskWitnesses>().RoundAsync(CancellationToken.None);

    public string Token(string scope, string? controller = null) => _app.Token(scope, controller is null ? [] : [controller]);

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers) => _app.SendAsync(method, path, headers: headers);

    public Task<HttpResponseMessage> GetAsync(string path, string? token = null) => _app.SendAsync(HttpMethod.Get, path, token: token);

    public Task<HttpResponseMessage> PostAsync(string path, object body, string? token = null) => _app.SendAsync(HttpMethod.Post, path, body, token);

    public Task<HttpResponseMessage> DeleteAsync(string path, string? token = null) => _app.SendAsync(HttpMethod.Delete, path, token: token);

    public async Task<string> TextAsync(string path, string? token = null)
    {
        var answer = await GetAsync(path, token);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {text}");
        return text;
    }

    /// <summary>What a stranger believes: verified with the keys of the log, and the root found again in its tiles.</summary>
    public async Task<Checkpoint> CheckpointAsync(string log = Samples.Controller)
    {
        var note = SignedNote.Parse(await TextAsync($"/log/{log}/checkpoint"));
        var keys = await KeysAsync(log);
        // One of each algorithm, unless one of them is lost.
        Assert.InRange(note.VerifiedBy([.. keys]).Count, 1, NoteKeyFolder.Algorithms.Count);
        var checkpoint = Checkpoint.Parse(note.Text);
        Assert.Equal(checkpoint.Root, await Reader(log).RootAsync(checkpoint.Size));
        Assert.Equal(keys[0].Name, checkpoint.Origin);
        return checkpoint;
    }

    /// <summary>Those in force, as a program sees them that knows of no ends.</summary>
    public async Task<List<NoteVerifierKey>> KeysAsync(string log = Samples.Controller) => [.. (await TermsAsync(log)).Where(term => term.Until is null).Select(term => term.Key)];

    /// <summary>All lines of <c>keys</c>.</summary>
    public async Task<List<KeyTerm>> TermsAsync(string log = Samples.Controller) =>
        [.. (await TextAsync($"/log/{log}/keys")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => KeyTerm.Parse(line)!)];

    public async Task<List<LogEntry>> EntriesAsync(string log = Samples.Controller)
    {
        var (size, entries) = ((await CheckpointAsync(log)).Size, new List<LogEntry>());
        for (var bundle = 0L; bundle * 256 < size; bundle++)
            entries.AddRange((await Reader(log).BundleAsync(bundle, size)).Select(entry => LogEntry.Read(entry.Span)));
        return entries;
    }

    /// <summary>Classes of all entries but those of keys.</summary>
    public async Task<List<string>> ClassesAsync(string log = Samples.Controller) => [.. (await EntriesAsync(log)).Select(e => e.Class).Where(c => c != LogClass.Key)];

    public async Task<JsonObject> ProofAsync(string record) => JsonNode.Parse(await TextAsync($"/v1/audit/proofs/{record}", Token("audit", "*")))!.AsObject();

    public async Task<HealthReportEntry> HealthAsync(string check = "logs-audit") => (await Of<HealthCheckService>().CheckHealthAsync(c => c.Name == check)).Entries[check];

    public TileReader Reader(string log = Samples.Controller) => new(new OverHttp(this, log));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private sealed class OverHttp(AuditWithLogs audit, string log) : ILogReader
    {
        public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string path, CancellationToken cancel)
        {
            var answer = await audit.GetAsync($"/log/{log}/{path}");
            return answer.IsSuccessStatusCode ? new ReadOnlyMemory<byte>(await answer.Content.ReadAsByteArrayAsync(cancel)) : (ReadOnlyMemory<byte>?)null;
        }
    }

    /// <summary>That an answer proves what it says, by its bytes and the log's keys alone.</summary>
    public static LogEntry Verify(JsonObject answer, IReadOnlyCollection<NoteVerifierKey> keys)
    {
        var entry = Bytes(answer["entry"]);
        Assert.True(InclusionProofNote.Parse((string)answer["proof"]!).Verify(entry, keys));
        var opening = answer["opening"]!;
        var opened = LogEntry.CommitmentTo(Bytes(opening["salt"]), (string)opening["kind"]!, (DateTimeOffset)opening["heardAt"]!, Bytes(opening["body"]));
        var read = LogEntry.Read(entry);
        Assert.Equal(Encoding.UTF8.GetString(entry), Encoding.UTF8.GetString(read.Write()));
        if (answer["told"] is not { } told)
        {
            Assert.Equal(read.Commitment, opened);
            return read;
        }

        Assert.Equal(read.Commitment, Bytes(told["root"]));
        Assert.True(TreeProof.IncludesAt(
            NodeHash.OfEntry(opened), (long)told["index"]!, (long)told["size"]!, NodeHash.Of(Bytes(told["root"])),
            [.. told["proof"]!.AsArray().Select(hash => NodeHash.Of(Bytes(hash)))]));
        return read;
    }

    private static byte[] Bytes(JsonNode? base64) => Convert.FromBase64String((string)base64!);

    /// <summary>A round of the test's own, behind the one that the service makes by itself at its start: that would take in some of what the test lets it hear.</summary>
    private async Task BeginAsync()
    {
        await Eventually.IsSoAsync("its own first round is under way", () => Task.FromResult(Of<DerivedLogs>().IsReady), every: TimeSpan.FromMilliseconds(5));
        await RoundAsync();
    }
}
