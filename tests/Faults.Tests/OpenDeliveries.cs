using Microsoft.Data.Sqlite;

namespace Consent.Faults.Tests;

/// <summary>What the delivery ledgers wait for: the one place that knows where that is told.</summary>
internal static class OpenDeliveries
{
    /// <summary>For each ledger and subscriber that has any, how many are open.</summary>
    public static Task<IReadOnlyList<(string Service, string Subscriber, long Open)>> ReadAsync(Deployment deployment)
    {
        var found = new List<(string, string, long)>();
        foreach (var (service, file) in deployment.Ledgers)
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT s.name, count(*) FROM open o JOIN subscriber s ON s.number = o.subscriber GROUP BY s.name";
            using var rows = command.ExecuteReader();
            while (rows.Read()) found.Add((service, rows.GetString(0), rows.GetInt64(1)));
        }

        return Task.FromResult<IReadOnlyList<(string, string, long)>>(found);
    }
}
