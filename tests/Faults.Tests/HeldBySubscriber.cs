using Consent.Contracts;
using Microsoft.Data.Sqlite;

namespace Consent.Faults.Tests;

/// <summary>What a subscriber holds, out of its own file, which it goes on using meanwhile.</summary>
internal static class HeldBySubscriber
{
    public static Dictionary<(string Site, string Subject), Receipt> Read(string file)
    {
        var held = new Dictionary<(string, string), Receipt>();
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
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
