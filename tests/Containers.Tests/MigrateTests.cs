using Npgsql;

namespace Consent.Containers.Tests;

/// <summary>The chart's migration Jobs on databases that are empty, before any service: as helm runs them at the first install.</summary>
public sealed class MigrateTests
{
    [Fact]
    public async Task Each_job_makes_its_schemas_and_a_second_time_changes_nothing()
    {
        await using var product = ContainerProduct.OfReplicas();
        await product.PrepareAsync();
        var jobs = product.Cluster.Jobs.ToList();
        Assert.NotEmpty(jobs);

        await RunAllAsync(product, jobs);
        var (data, keys) = (await TablesAsync(product.Database("Storage__Postgres")), await TablesAsync(product.Database("Storage__PostgresKeys")));
        foreach (var schema in (string[])["consent", "marketing_unsubscribe", "audit"])
        {
            Assert.Contains(data, table => table.StartsWith($"{schema}.", StringComparison.Ordinal));
            Assert.Contains(keys, table => table.StartsWith($"{schema}.", StringComparison.Ordinal));
        }
        foreach (var table in (string[])["webhooks.endpoints", "connectors.contacts"]) Assert.Contains(table, data);
        await RunAllAsync(product, jobs);

        Assert.Equal(data, await TablesAsync(product.Database("Storage__Postgres")));
        Assert.Equal(keys, await TablesAsync(product.Database("Storage__PostgresKeys")));
    }

    private static async Task RunAllAsync(ContainerProduct product, IEnumerable<PodSpec> jobs)
    {
        foreach (var job in jobs)
        {
            var (code, output) = await product.Cluster.RunAsync(job);
            Assert.True(code == 0, $"{job.Name} ended with {code}: {output}");
        }
    }

    private static async Task<List<string>> TablesAsync(string connection)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand(
            "SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1");
        await using var reader = await command.ExecuteReaderAsync();
        var tables = new List<string>();
        while (await reader.ReadAsync()) tables.Add(reader.GetString(0));
        return tables;
    }
}
