using System.Globalization;
using Consent.ServiceDefaults;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Consent.Webhooks.Tests;

/// <summary>The argument <c>migrate</c>: the file that is this service's alone is brought up to date, too, or refused before anything starts.</summary>
public sealed class MigrateWebhooksTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AFileOfAnOlderRelease_IsBroughtUpToDate_OneOfANewerIsRefused_AndNoneIsMade()
    {
        Assert.Equal(0, Run().Code);
        Assert.False(File.Exists(Of("webhooks.db")));

        Directory.CreateDirectory(_folder.File("webhooks"));
        using (var older = new WebhookDb(WebhookDb.OptionsFor($"Data Source={Of("webhooks.db")};Pooling=False"))) older.Database.ExecuteSqlRaw(WebhookDb.Schema.Steps[0]);
        var (code, said) = Run();
        Assert.Equal((0, "Up to date: the subscriber of webhooks, the endpoints of webhooks."), (code, said));
        Assert.Equal(WebhookDb.Schema.Steps.Count, VersionOf());

        VersionOf("PRAGMA user_version = 99");
        (code, said) = Run();
        Assert.Equal(1, code);
        Assert.StartsWith("Cannot bring the endpoints of webhooks up to date: ", said, StringComparison.Ordinal);
        Assert.Contains("is of a newer release", said, StringComparison.Ordinal);
    }

    private string Of(string file) => _folder.File("webhooks", file);

    private (int Code, string Said) Run()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["Data"] = _folder.Path;
        builder.AddWebhooks();
        using var said = new StringWriter(CultureInfo.InvariantCulture);
        var code = Migrate.Run(builder, said, said);
        return (code, said.ToString().Trim());
    }

    private long VersionOf(string? first = null)
    {
        using var connection = new SqliteConnection($"Data Source={Of("webhooks.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"{first};PRAGMA user_version".TrimStart(';');
        return (long)command.ExecuteScalar()!;
    }
}
