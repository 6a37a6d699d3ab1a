using Consent.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;

namespace Consent.Subscriber;

/// <summary>What a service keeps of its own besides what it holds as a subscriber: its tables, in a file or on PostgreSQL.</summary>
/// <param name="File">In the folder of the service.</param>
/// <param name="Make">The context itself.</param>
/// <param name="InFile">How SQLite is spoken to, by a connection string.</param>
/// <param name="OnPostgres">How PostgreSQL is spoken to, by a connection string whose search path is the schema.</param>
internal sealed record Entities<TDb>(
    string Service, string File, Func<DbContextOptions<TDb>, TDb> Make, Func<string, DbContextOptions<TDb>> InFile, SchemaSteps FileSteps,
    Func<string, DbContextOptions<TDb>> OnPostgres, PostgresSteps Steps) where TDb : DbContext, IFileWriter
{
    public string FileIn(IConfiguration settings) => ServiceData.FileOf(settings, Service, File);

    /// <summary>What a start does to the schema, without a start. A file that is not there is not made.</summary>
    /// <exception cref="InvalidOperationException">It is of a newer release.</exception>
    public void BringUpToDate(IConfiguration settings)
    {
        if (OpenSubscriberStore.ConnectionIn(settings) is { } connection)
        {
            using var source = ServiceSchema.SourceOf(connection, ServiceSchema.Of(Service));
            Steps.BringUpToDate(source, ServiceSchema.Of(Service));
            return;
        }

        var file = FileIn(settings);
        if (!System.IO.File.Exists(file)) return;
        using var db = Make(InFile($"Data Source={file};Pooling=False"));
        FileSteps.BringUpToDate(db.Database);
    }
}
