using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Consent.Contracts;
using Consent.Storage;
using Consent.Tests.Support.Cosmos;
using Microsoft.Azure.Cosmos;

namespace Consent.Benchmarks;

/// <summary>
/// An account with very many receipts, as the log leaves them, and their order written down: sealed records of persons who decided 50 times each. What follows from places but is not read in a
/// replay (the place and the name of each) is left out, or it would be three times as much.
/// </summary>
internal static class FilledCosmos
{
    public const string Service = "bench";
    private const int Versions = 50;
    private const int ReceiptBytes = 200;
    private const int AtOnce = 64;

    public static LogFiles FilesIn(string folder) => new(Path.Combine(folder, "cosmos.db"), Path.Combine(folder, "cosmos.keys"));

    /// <summary>Which of the receipts this is, from 0.</summary>
    public static long NumberOf(LogRecord receipt) => BinaryPrimitives.ReadInt64LittleEndian(receipt.Payload.Span);

    public static async Task MakeAsync(CosmosServer server, string folder, long count)
    {
        var (data, keys) = CosmosApart.SettingsOf(server.Endpoint, server.KeysEndpoint);
        // However long it takes to write down the order of all.
        data = data with { Within = TimeSpan.FromHours(1) };
        using var client = CosmosClients.Make(data, () => new HttpClient(server.Store, disposeHandler: false));
        using var keysClient = CosmosClients.Make(keys, () => new HttpClient(server.Keys, disposeHandler: false));
        await CosmosContainers.CreateAsync(client, data, CosmosContainers.Records(Service), CosmosContainers.Order(Service));
        await CosmosContainers.CreateAsync(keysClient, keys, CosmosContainers.Keys(Service));
        var (records, order) = (await OpenAsync(CosmosContainers.Records(Service)), await OpenAsync(CosmosContainers.Order(Service)));
        var files = FilesIn(folder);
        using var secret = files.OpenSecret();
        using var persons = await CosmosSubjectKeys.OpenAsync(
            await CosmosContainers.OpenAsync(keysClient, keys, CosmosContainers.Keys(Service), Service, TimeProvider.System), Service, files.OpenControllers(null), rewraps: false);
        var cipher = new LogCipher(secret, persons, _ => false);
        long next = 0;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) - 1 is var person && person * Versions < count) await WriteAsync(records, cipher, person, count);
        })));
        await new CosmosOrder(order, records, "", new Nothing(), TimeProvider.System, keepsPlaces: false).AdvanceAsync(order.Begin());

        Task<CosmosContainer> OpenAsync(ContainerProperties container) => CosmosContainers.OpenAsync(client, data, container, Service, TimeProvider.System);
    }

    private static async Task WriteAsync(CosmosContainer records, LogCipher cipher, long person, long count)
    {
        long? slot = null;
        for (var number = person * Versions; number < count && number < (person + 1) * Versions; number++)
        {
            var known = slot;
            var row = await cipher.CloseAsync(RecordOf(person, number), 1, _ => ValueTask.FromResult(known));
            var writeId = RandomId.New();
            await records.CreateAsync(row.Stream.ToString(), CosmosDocuments.IdOf(row.Version), CosmosDocuments.ToJson(row, writeId), writeId, records.Begin(), "append");
            slot = row.Slot;
        }
    }

    private static NewRecord RecordOf(long person, long number)
    {
        var payload = RandomNumberGenerator.GetBytes(ReceiptBytes);
        BinaryPrimitives.WriteInt64LittleEndian(payload, number);
        return new NewRecord { Stream = $"receipt/bench/{person:x32}", Version = (number % Versions) + 1, Kind = "receipt", RecordedAt = TimeProvider.System.GetUtcNow(), Payload = payload };
    }

    /// <summary>What follows here from a place.</summary>
    private sealed class Nothing : IOrdered
    {
        public OrderEntry? EntryOf(JsonElement change) => CosmosDocuments.EntryOf(change);

        public Task PlacedAsync(IReadOnlyList<(long Position, OrderEntry Entry, JsonElement? Change)> page, Deadline by) => Task.CompletedTask;
    }
}
