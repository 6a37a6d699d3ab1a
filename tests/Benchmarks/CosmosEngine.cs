using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Consent.Contracts;
using Consent.Storage;
using Microsoft.Azure.Cosmos;

namespace Consent.Benchmarks;

/// <summary>What answers an append, without what gives places behind it; and a whole log, which does.</summary>
internal sealed class CosmosEngine : IDisposable
{
    private const string Service = "appends", WholeService = "whole";
    private const int ReceiptBytes = 200;
    private readonly ConcurrentQueue<string> _known = new();
    private readonly CosmosClient _client;
    private readonly LogSecret _secret;
    private readonly CosmosSubjectKeys _persons;
    private readonly HighWaterMark _mark;
    private readonly CosmosHead _head;
    private readonly CosmosContainer _records;
    private readonly CosmosAppend _append;
    private readonly CosmosRecordLog _log;
    private LogRecord? _last;

    private CosmosEngine(CosmosClient client, LogFiles files, CosmosContainer records, CosmosContainer order, CosmosSubjectKeys persons, CosmosRecordLog log)
    {
        (_client, _records, _persons, _log, _secret, _mark) = (client, records, persons, log, files.OpenSecret(), new HighWaterMark(files.Mark, TimeProvider.System));
        var reads = new CosmosRecords(records);
        _head = new CosmosHead(new CosmosOrder(order, records, "", new Unplaced(), TimeProvider.System), records, _mark, Service, TimeProvider.System);
        _append = new CosmosAppend(records, reads, new CosmosNewest(reads, _head), new LogCipher(_secret, persons, _ => false), _head);
    }

    public static async Task<CosmosEngine> StartAsync(CosmosApart accounts, string folder)
    {
        var (data, keys) = (accounts.Data, accounts.Keys);
        var client = CosmosClients.Make(data);
        foreach (var service in (string[])[Service, WholeService])
        {
            await CosmosContainers.CreateAsync(client, data, CosmosContainers.Records(service), CosmosContainers.Order(service));
            await CosmosContainers.CreateAsync(CosmosClients.Of(keys), keys, CosmosContainers.Keys(service));
        }

        var files = new LogFiles(Path.Combine(folder, "log.db"), Path.Combine(folder, "log.keys"));
        Directory.CreateDirectory(files.Keys);
        var persons = await CosmosSubjectKeys.OpenAsync(await OpenAsync(CosmosClients.Of(keys), keys, CosmosContainers.Keys(Service)), Service, files.OpenControllers(null), rewraps: false);
        var log = CosmosRecordLog.Open(data, keys, new LogFiles(Path.Combine(folder, "whole.db"), Path.Combine(folder, "whole.keys")), WholeService, TimeProvider.System);
        var engine = new CosmosEngine(
            client, files, await OpenAsync(client, data, CosmosContainers.Records(Service)), await OpenAsync(client, data, CosmosContainers.Order(Service)), persons, log);
        await engine._head.BeginAsync();
        return engine;
    }

    public async Task FirstAsync()
    {
        var stream = $"receipt/bench/{RandomId.New()}";
        await AppendAsync(stream, 1);
        _known.Enqueue(stream);
    }

    /// <summary>To a stream that has its first record.</summary>
    public Task FurtherAsync() => _known.TryDequeue(out var stream) ? AppendAsync(stream, 2) : throw new InvalidOperationException("Fewer streams were made than are needed.");

    public async Task WholeAsync() => _last = await _log.AppendAsync(RecordOf($"receipt/bench/{RandomId.New()}", 1)) is AppendOutcome.Appended { Record: var appended }
        ? appended : throw new InvalidOperationException("A first append found something.");

    /// <summary>Once all is placed that was appended whole.</summary>
    public async Task PlacedAsync()
    {
        if (_last is { } last) await _log.PlacedAsync(last);
    }

    public void Dispose()
    {
        _log.Dispose();
        _head.Dispose();
        _mark.Dispose();
        _persons.Dispose();
        _secret.Dispose();
        _client.Dispose();
    }

    private async Task AppendAsync(string stream, long version)
    {
        if (await _append.AppendAsync(RecordOf(stream, version), _secret.KeyOf(stream), _records.Begin()) is null) throw new InvalidOperationException($"Version {version} was there.");
    }

    private static NewRecord RecordOf(string stream, long version) => new()
    {
        Stream = stream,
        Version = version,
        Kind = "receipt",
        RecordedAt = TimeProvider.System.GetUtcNow(),
        Payload = RandomNumberGenerator.GetBytes(ReceiptBytes),
    };

    private static Task<CosmosContainer> OpenAsync(CosmosClient client, CosmosSettings account, ContainerProperties container) =>
        CosmosContainers.OpenAsync(client, account, container, Service, TimeProvider.System);

    /// <summary>Nothing is placed here.</summary>
    private sealed class Unplaced : IOrdered
    {
        public OrderEntry? EntryOf(JsonElement change) => CosmosDocuments.EntryOf(change);

        public Task PlacedAsync(IReadOnlyList<(long Position, OrderEntry Entry, JsonElement? Change)> page, Deadline by) => Task.CompletedTask;
    }
}
