using System.Data.Common;
using System.Globalization;
using Consent.Contracts;
using Consent.Tests.Support.Cosmos;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>
/// The two accounts on which the contract runs: those of <c>COSMOS_CONNECTION</c> and <c>COSMOS_KEYS_CONNECTION</c> where they are set, as <c>AccountEndpoint=…;AccountKey=…</c>, with a database of
/// its own for each run, which is deleted at the end; else two stand-ins, in this process for the tests and on the loopback for the processes that they start.
/// </summary>
public sealed class CosmosAccounts : IAsyncLifetime
{
    private CosmosServer? _server;
    private CosmosSettings _data = null!;
    private CosmosSettings _keys = null!;
    private CosmosClient _dataClient = null!;
    private CosmosClient _keysClient = null!;
    private string[] _told = null!;

    /// <summary>Null for real accounts.</summary>
    internal CosmosStandIn? Store => _server?.Store;

    internal CosmosContainer Container(string service) =>
        new(_dataClient.GetContainer(_data.Database, CosmosContainers.Order(service).Id), service, _data, TimeProvider.System);

    public async ValueTask InitializeAsync()
    {
        var data = Environment.GetEnvironmentVariable("COSMOS_CONNECTION");
        if (data is null) _server = await CosmosServer.StartAsync();
        var keys = data is null ? _server!.KeysConnection
            : Environment.GetEnvironmentVariable("COSMOS_KEYS_CONNECTION") ?? throw new InvalidOperationException("COSMOS_CONNECTION is set: set COSMOS_KEYS_CONNECTION to another account too.");
        _told = [data ?? _server!.Connection, keys, $"consent-test-{RandomId.New()[..8]}"];
        (_data, _keys) = (SettingsOf(_told[0], _told[2]), SettingsOf(_told[1], _told[2]));
        _dataClient = CosmosClients.Make(_data, _server is { } server ? () => new HttpClient(server.Store, disposeHandler: false) : null);
        _keysClient = CosmosClients.Make(_keys, _server is { } shell ? () => new HttpClient(shell.Keys, disposeHandler: false) : null);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is null)
        {
            await _dataClient.GetDatabase(_data.Database).DeleteStreamAsync();
            await _keysClient.GetDatabase(_data.Database).DeleteStreamAsync();
        }

        _dataClient.Dispose();
        _keysClient.Dispose();
        if (_server is not null) await _server.DisposeAsync();
    }

    /// <summary>Containers of a service of the test's own.</summary>
    internal async Task<string> CreateAsync()
    {
        var service = $"t{RandomId.New()[..10]}";
        await CosmosContainers.CreateAsync(_dataClient, _data, CosmosContainers.Records(service), CosmosContainers.Order(service));
        await CosmosContainers.CreateAsync(_keysClient, _keys, CosmosContainers.Keys(service));
        return service;
    }

    /// <summary>As <see cref="CreateAsync"/>, for a ledger without a log.</summary>
    internal async Task<string> CreateLedgerAsync()
    {
        var service = $"t{RandomId.New()[..10]}";
        await CosmosContainers.CreateAsync(_dataClient, _data, CosmosContainers.Applied(service), CosmosContainers.Order(service));
        return service;
    }

    /// <summary>Real containers cost as long as they are there.</summary>
    internal async Task DeleteAsync(string service)
    {
        if (_server is not null)
        {
            Assert.Empty(_server.Store.Refused);
            Assert.Empty(_server.Keys.Refused);
            return;
        }

        foreach (var of in (ContainerProperties[])[CosmosContainers.Records(service), CosmosContainers.Order(service), CosmosContainers.Applied(service)])
            await _dataClient.GetContainer(_data.Database, of.Id).DeleteContainerStreamAsync();
        await _keysClient.GetContainer(_keys.Database, CosmosContainers.Keys(service).Id).DeleteContainerStreamAsync();
    }

    internal CosmosRecordLog Open(string service, LogFiles files, TimeProvider time, Func<string, bool> namesNobody, IKeyWrapper? wrapper) =>
        CosmosRecordLog.Open(_dataClient, _data, controllers => OpenKeys(service, controllers), files, service, time, namesNobody, wrapper);

    internal async Task<CosmosLedgerStore> OpenLedgerAsync(string service) => new(
        await CosmosContainers.OpenAsync(_dataClient, _data, CosmosContainers.Order(service), service, TimeProvider.System),
        await CosmosContainers.OpenAsync(_dataClient, _data, CosmosContainers.Applied(service), service, TimeProvider.System), TimeProvider.System);

    /// <summary>What another process is told to open the same log.</summary>
    internal string[] Told(string service, LogFiles files) => [files.Data, files.Keys, "cosmos", .. _told, service];

    /// <param name="told">See <see cref="Told"/>.</param>
    internal static IRecordLog OpenTold(string[] told) => CosmosRecordLog.Open(
        SettingsOf(told[3], told[5]), SettingsOf(told[4], told[5]), new LogFiles(told[0], told[1]), told[6], TimeProvider.System);

    private CosmosSubjectKeys OpenKeys(string service, ControllerKeys controllers) => Task.Run(async () => await CosmosSubjectKeys.OpenAsync(
        await CosmosContainers.OpenAsync(_keysClient, _keys, CosmosContainers.Keys(service), service, TimeProvider.System), service, controllers)).GetAwaiter().GetResult();

    private static CosmosSettings SettingsOf(string connection, string database)
    {
        var parts = new DbConnectionStringBuilder { ConnectionString = connection };
        return new CosmosSettings(
            new Uri(Convert.ToString(parts["AccountEndpoint"], CultureInfo.InvariantCulture)!), Convert.ToString(parts["AccountKey"], CultureInfo.InvariantCulture), database, IsDirect: false, [],
            TimeSpan.FromSeconds(8), null);
    }
}
