using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>Services that are started with the argument <c>migrate</c>: with a database, and neither a broker nor an issuer.</summary>
public sealed class MigrateArgumentTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("consent-data-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Each_service_brings_its_schemas_up_to_date_one_of_them_twice_and_one_says_why_it_cannot()
    {
        await using var server = await PostgresServer.StartAsync();
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Data"] = _data,
            ["Messaging:Transport"] = "rabbitmq",
            ["Storage:Engine"] = "postgres",
            ["Storage:Postgres"] = await server.CreateDatabaseAsync(),
            ["Storage:PostgresKeys"] = await server.CreateDatabaseAsync(),
        };
        foreach (var service in (string[])["consent", "marketing-unsubscribe", "audit", "consent"])
        {
            var (code, lines) = await RunAsync(service, settings);
            Assert.True(code == 0, string.Join('\n', lines));
            Assert.Contains($"the log of {service}", Assert.Single(lines), StringComparison.Ordinal);
        }

        foreach (var folder in (string[])["cookie-banner", "subscribers/newsletter", "subscribers/analytics", "subscribers/webhooks", "subscribers/connectors"])
        {
            var (code, lines) = await RunAsync(folder, settings);
            Assert.True(code == 0, string.Join('\n', lines));
            Assert.Contains($"the subscriber of {Path.GetFileName(folder)}", Assert.Single(lines), StringComparison.Ordinal);
        }

        await server.DieAsync();
        var (failed, said) = await RunAsync("consent", settings);
        Assert.Equal(1, failed);
        Assert.StartsWith("Cannot bring the keys of consent up to date: the database says", Assert.Single(said), StringComparison.Ordinal);
        await server.StartAgainAsync();
    }

    private static async Task<(int Code, IReadOnlyCollection<string> Lines)> RunAsync(string service, Dictionary<string, string> settings)
    {
        await using var process = new ServiceProcess(service, Repository.Program($"services/{service}"), new Uri($"http://localhost:{FreePorts.Take(1)[0]}"), settings) { Arguments = ["migrate"] };
        process.Start();
        Assert.True(await process.EndedAsync());
        return (process.ExitCode, process.Output);
    }
}
