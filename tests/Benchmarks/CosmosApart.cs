using System.Globalization;
using Consent.Storage;
using Consent.Tests.Support;
using Consent.Tests.Support.Cosmos;

namespace Consent.Benchmarks;

/// <summary>Two accounts of Azure Cosmos DB that are stand-ins, in a process of their own, so that what they cost is not counted with what asks them: <c>cosmos-apart [FOLDER RECEIPTS]</c>.</summary>
internal sealed class CosmosApart : IAsyncDisposable
{
    public const string Command = "cosmos-apart";
    private const string Says = "Accounts: ";
    private readonly ServiceProcess _process;

    private CosmosApart(ServiceProcess process, string line)
    {
        _process = process;
        var endpoints = line[Says.Length..].Split(' ');
        (Data, Keys) = SettingsOf(new Uri(endpoints[0]), new Uri(endpoints[1]));
    }

    public CosmosSettings Data { get; }

    public CosmosSettings Keys { get; }

    /// <summary>What the accounts hold in memory, in bytes.</summary>
    public long Resident => _process.Resident();

    /// <param name="filled">Folder of the keys, and how many receipts there are to be; none unless given.</param>
    public static async Task<CosmosApart> StartAsync(params string[] filled)
    {
        var process = new ServiceProcess(Command, Repository.Program("tests/Benchmarks"), new Uri("http://127.0.0.1:1"), new Dictionary<string, string>(StringComparer.Ordinal)) { Arguments = [Command, .. filled] };
        process.Start();
        var line = "";
        await Eventually.IsSoAsync("the accounts are there", () =>
        {
            if (!process.IsRunning) throw new InvalidOperationException($"{Command} ended with {process.ExitCode}:\n{process.LastLines()}");
            line = process.Output.FirstOrDefault(l => l.StartsWith(Says, StringComparison.Ordinal)) ?? "";
            return Task.FromResult(line.Length > 0);
        }, TimeSpan.FromHours(1), process.LastLines);
        return new CosmosApart(process, line);
    }

    public static async Task<int> RunAsync(string[] filled)
    {
        await using var server = await CosmosServer.StartAsync();
        if (filled is [var folder, var receipts]) await FilledCosmos.MakeAsync(server, folder, long.Parse(receipts, CultureInfo.InvariantCulture));
        Console.WriteLine($"{Says}{server.Endpoint} {server.KeysEndpoint}");
        await Task.Delay(Timeout.InfiniteTimeSpan);
        return 0;
    }

    public static (CosmosSettings Data, CosmosSettings Keys) SettingsOf(Uri data, Uri keys)
    {
        var settings = new CosmosSettings(data, CosmosServer.Key, "consent", IsDirect: false, [], TimeSpan.FromSeconds(30), null);
        return (settings, settings with { Endpoint = keys });
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
