using Consent.Subscriber;
using Microsoft.EntityFrameworkCore;

namespace Consent.Webhooks;

/// <summary>
/// Endpoints with their sealed secrets, deliveries, changes that wait for their declaration, and per stream what was heard last and when its next consent runs out.
/// Not disposable: an undelivered webhook is recorded nowhere else. Times are milliseconds since 1970, UTC.
/// </summary>
internal sealed class WebhookDb(DbContextOptions<WebhookDb> options) : DbContext(options), IFileWriter
{
    public static readonly SchemaSteps Schema = new(
    [
        """
        CREATE TABLE endpoints (
          id TEXT PRIMARY KEY, site TEXT NOT NULL, url BLOB NOT NULL, mode TEXT NOT NULL, description TEXT, status TEXT NOT NULL,
          created_at INTEGER NOT NULL, gone_at INTEGER, not_before INTEGER) WITHOUT ROWID;
        CREATE INDEX endpoints_site ON endpoints (site);
        CREATE TABLE secrets (
          endpoint TEXT NOT NULL, number INTEGER NOT NULL, sealed BLOB NOT NULL, valid_until INTEGER,
          PRIMARY KEY (endpoint, number)) WITHOUT ROWID;
        CREATE TABLE streams (
          stream TEXT PRIMARY KEY, site TEXT NOT NULL, subject TEXT, epoch INTEGER NOT NULL, version INTEGER NOT NULL,
          due INTEGER, look INTEGER) WITHOUT ROWID;
        CREATE INDEX streams_look ON streams (look) WHERE look IS NOT NULL;
        CREATE TABLE deliveries (
          seq INTEGER PRIMARY KEY AUTOINCREMENT, endpoint TEXT NOT NULL, event TEXT NOT NULL, type TEXT NOT NULL, site TEXT NOT NULL, stream TEXT,
          time INTEGER NOT NULL, data BLOB, status TEXT NOT NULL, queued_at INTEGER NOT NULL, next_at INTEGER NOT NULL,
          first_at INTEGER, last_at INTEGER, ended_at INTEGER, attempts INTEGER NOT NULL DEFAULT 0, last_status INTEGER, last_outcome TEXT,
          UNIQUE (endpoint, event));
        CREATE INDEX deliveries_due ON deliveries (endpoint, status, next_at, seq);
        CREATE INDEX deliveries_stream ON deliveries (stream, endpoint, status, seq) WHERE stream IS NOT NULL;
        CREATE INDEX deliveries_ended ON deliveries (ended_at) WHERE ended_at IS NOT NULL;
        PRAGMA user_version = 1;
        """,
        """
        CREATE TABLE waiting (
          stream TEXT NOT NULL UNIQUE, event TEXT NOT NULL, site TEXT NOT NULL, version INTEGER, declaration TEXT, since INTEGER NOT NULL, body BLOB NOT NULL);
        CREATE INDEX waiting_on ON waiting (site, version, declaration);
        PRAGMA user_version = 2;
        """,
    ],
    "Run that release.");

    public DbSet<EndpointRow> Endpoints => Set<EndpointRow>();

    public DbSet<SecretRow> Secrets => Set<SecretRow>();

    public DbSet<StreamRow> Streams => Set<StreamRow>();

    public DbSet<DeliveryRow> Deliveries => Set<DeliveryRow>();

    public DbSet<WaitingRow> Waiting => Set<WaitingRow>();

    public static DbContextOptions<WebhookDb> OptionsFor(string connection) => new DbContextOptionsBuilder<WebhookDb>()
        .UseSqlite(connection)
        .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)
        .Options;

    /// <param name="connection">Whose search path is the schema; see <see cref="WebhookTables"/>.</param>
    public static DbContextOptions<WebhookDb> OptionsOn(string connection) => new DbContextOptionsBuilder<WebhookDb>()
        .UseNpgsql(connection, npgsql => npgsql.ExecutionStrategy(of => new OneTry(of)))
        .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)
        .Options;

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<EndpointRow>().ToTable("endpoints").HasKey(e => e.Id);
        modelBuilder.Entity<SecretRow>().ToTable("secrets").HasKey(s => new { s.Endpoint, s.Number });
        modelBuilder.Entity<StreamRow>().ToTable("streams").HasKey(s => s.Stream);
        modelBuilder.Entity<DeliveryRow>().ToTable("deliveries").HasKey(d => d.Seq);
        modelBuilder.Entity<WaitingRow>().ToTable("waiting").HasKey(w => w.Stream);
        // Columns are named in the manner of SQL, members in that of C#: QueuedAt is queued_at.
        foreach (var column in modelBuilder.Model.GetEntityTypes().SelectMany(t => t.GetProperties()))
            column.SetColumnName(System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(column.Name));
    }

    public void Begin() => Database.BeginTransaction();

    public void Commit() => Database.CommitTransaction();
}

/// <param name="Url">Sealed, since an address may hold a secret of its receiver.</param>
/// <param name="Status"><c>enabled</c> or <c>gone</c>.</param>
/// <param name="NotBefore">No attempt before this, by the receiver's Retry-After.</param>
internal sealed record EndpointRow(
    string Id, string Site, byte[] Url, string Mode, string? Description, string Status, long CreatedAt, long? GoneAt, long? NotBefore);

/// <param name="ValidUntil">Null for the newest; when it ends, for one that was rotated out.</param>
internal sealed record SecretRow(string Endpoint, int Number, byte[] Sealed, long? ValidUntil);

/// <param name="Subject">Null once the stream is erased.</param>
/// <param name="Due">When the next consent of the stream runs out; null when none will.</param>
/// <param name="Look">When to look at it: <paramref name="Due"/>, or later when it could not be told then.</param>
internal sealed record StreamRow(string Stream, string Site, string? Subject, int Epoch, long Version, long? Due, long? Look);

/// <param name="Version">Of the declaration on which the person decided, as <paramref name="Declaration"/> is its hash.</param>
/// <param name="Body">The event as it came, as JSON.</param>
internal sealed record WaitingRow(string Stream, string Event, string Site, int? Version, string? Declaration, long Since, byte[] Body);

/// <param name="Event">Id of the event, and the webhook-id under which it is sent to the endpoint.</param>
/// <param name="Stream">Whose event it is, so that its order is kept; null for a test.</param>
/// <param name="Data">The event's data as JSON; null once it is delivered or superseded.</param>
/// <param name="Status">See <see cref="DeliveryStatus"/>.</param>
internal sealed record DeliveryRow(
    long Seq, string Endpoint, string Event, string Type, string Site, string? Stream, long Time, byte[]? Data, string Status, long QueuedAt, long NextAt,
    long? FirstAt, long? LastAt, long? EndedAt, int Attempts, int? LastStatus, string? LastOutcome);

internal static class DeliveryStatus
{
    /// <summary>To be sent, when its time has come and its endpoint is not gone.</summary>
    public const string Pending = "pending";

    public const string Delivered = "delivered";

    /// <summary>A newer event of the same person, which carries the whole state, took its place before it was delivered.</summary>
    public const string Superseded = "superseded";

    /// <summary>Three days of attempts were in vain; kept until it is replayed or superseded.</summary>
    public const string GivenUp = "given-up";
}
