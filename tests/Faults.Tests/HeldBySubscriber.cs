using System.Data.Common;
using Consent.Contracts;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Consent.Faults.Tests;

/// <summary>What a subscriber holds, out of its own file or schema, which it goes on using meanwhile.</summary>
internal static class HeldBySubscriber
{
    public static Dictionary<(string Site, string Subject), Receipt> Read(Deployment deployment, string subscriber)
    {
        var held = new Dictionary<(string, string), Receipt>();
        using DbConnection connection = deployment.Product.Settings.GetValueOrDefault("Storage:Engine") == "postgres"
            ? new NpgsqlConnection($"{deployment.Product.Settings["Storage:Postgres"]};Search Path={subscriber.Replace('-', '_')};Pooling=false")
            : new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = deployment.SubscriberFile(subscriber), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT site, subject, epoch, version, body FROM receipts";
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            // The columns are what it compares by, the body is what it answers by: both have to be right.
            var receipt = ContractJson.Read<Receipt>((byte[])rows[4]) with { Epoch = rows.GetInt32(2), Version = rows.GetInt64(3) };
            held[(rows.GetString(0), rows.GetString(1))] = receipt;
        }

        return held;
    }
}
