using Consent.Subscriber;
using Microsoft.EntityFrameworkCore;

namespace Consent.Connectors;

/// <summary>
/// Connectors; the contacts of their mailing systems that are known, each with the ids of its address and with what was carried and seen; what is to be
/// carried there; and what came from there and is to be brought here. Times are milliseconds since 1970, UTC. Whatever names a person otherwise than by
/// an address id, and every secret, is sealed.
/// </summary>
internal sealed class ConnectorDb(DbContextOptions<ConnectorDb> options) : DbContext(options), IFileWriter
{
    public static readonly SchemaSteps Schema = new(
    [
        """
        CREATE TABLE connectors (
          id TEXT PRIMARY KEY, site TEXT NOT NULL, system TEXT NOT NULL, name TEXT, account BLOB NOT NULL, stops_without_basis INTEGER NOT NULL,
          status TEXT NOT NULL, created_at INTEGER NOT NULL,
          failures INTEGER NOT NULL DEFAULT 0, failing_since INTEGER, not_before INTEGER, last_outcome TEXT, last_status INTEGER,
          round TEXT, round_page TEXT, round_began INTEGER, next_round INTEGER NOT NULL, since INTEGER, walked_at INTEGER) WITHOUT ROWID;
        CREATE INDEX connectors_site ON connectors (site);
        CREATE TABLE contacts (
          seq INTEGER PRIMARY KEY AUTOINCREMENT, connector TEXT NOT NULL, key TEXT NOT NULL, contact BLOB NOT NULL, UNIQUE (connector, key));
        CREATE TABLE subjects (
          connector TEXT NOT NULL, subject TEXT NOT NULL, contact INTEGER NOT NULL, PRIMARY KEY (connector, subject, contact)) WITHOUT ROWID;
        CREATE INDEX subjects_contact ON subjects (contact);
        CREATE TABLE states (
          contact INTEGER NOT NULL, topic TEXT NOT NULL, carried TEXT, seen TEXT, written_at INTEGER, PRIMARY KEY (contact, topic)) WITHOUT ROWID;
        CREATE TABLE work (
          contact INTEGER PRIMARY KEY, connector TEXT NOT NULL, status TEXT NOT NULL, forget INTEGER NOT NULL DEFAULT 0, queued_at INTEGER NOT NULL,
          next_at INTEGER NOT NULL, first_at INTEGER, attempts INTEGER NOT NULL DEFAULT 0, last_at INTEGER, last_outcome TEXT, last_status INTEGER);
        CREATE INDEX work_due ON work (connector, status, next_at);
        CREATE TABLE inbox (
          seq INTEGER PRIMARY KEY AUTOINCREMENT, connector TEXT NOT NULL, body BLOB NOT NULL, queued_at INTEGER NOT NULL, next_at INTEGER NOT NULL,
          attempts INTEGER NOT NULL DEFAULT 0);
        CREATE INDEX inbox_due ON inbox (connector, next_at);
        PRAGMA user_version = 1;
        """,
        """
        ALTER TABLE connectors ADD COLUMN heard_at INTEGER;
        ALTER TABLE connectors ADD COLUMN walk_asked_at INTEGER;
        PRAGMA user_version = 2;
        """,
        """
        CREATE TABLE owed (
          connector TEXT NOT NULL, record TEXT NOT NULL, subject TEXT NOT NULL, heard_at INTEGER NOT NULL, carried_at INTEGER, told INTEGER NOT NULL DEFAULT 0,
          PRIMARY KEY (connector, record)) WITHOUT ROWID;
        CREATE INDEX owed_open ON owed (connector, carried_at, heard_at);
        CREATE INDEX owed_told ON owed (told, carried_at);
        CREATE INDEX owed_subject ON owed (subject);
        CREATE TABLE announced (connector TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
        PRAGMA user_version = 3;
        """,
        """
        ALTER TABLE owed ADD COLUMN recorded_at INTEGER;
        PRAGMA user_version = 4;
        """,
        """
        ALTER TABLE connectors ADD COLUMN restarts INTEGER NOT NULL DEFAULT 0;
        PRAGMA user_version = 5;
        """,
    ],
    "Run that release.");

    public DbSet<ConnectorRow> Connectors => Set<ConnectorRow>();

    public DbSet<ContactRow> Contacts => Set<ContactRow>();

    public DbSet<SubjectRow> Subjects => Set<SubjectRow>();

    public DbSet<StateRow> States => Set<StateRow>();

    public DbSet<WorkRow> Work => Set<WorkRow>();

    public DbSet<InboxRow> Inbox => Set<InboxRow>();

    public DbSet<OwedRow> Owed => Set<OwedRow>();

    public DbSet<AnnouncedRow> Announced => Set<AnnouncedRow>();

    public static DbContextOptions<ConnectorDb> OptionsFor(string connection) => new DbContextOptionsBuilder<ConnectorDb>()
        .UseSqlite(connection)
        .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)
        .Options;

    /// <param name="connection">Whose search path is the schema; see <see cref="ConnectorTables"/>.</param>
    public static DbContextOptions<ConnectorDb> OptionsOn(string connection) => new DbContextOptionsBuilder<ConnectorDb>()
        .UseNpgsql(connection, npgsql => npgsql.ExecutionStrategy(of => new OneTry(of)))
        .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)
        .Options;

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<ConnectorRow>().ToTable("connectors").HasKey(c => c.Id);
        modelBuilder.Entity<ContactRow>().ToTable("contacts").HasKey(c => c.Seq);
        modelBuilder.Entity<SubjectRow>().ToTable("subjects").HasKey(s => new { s.Connector, s.Subject, s.Contact });
        modelBuilder.Entity<StateRow>().ToTable("states").HasKey(s => new { s.Contact, s.Topic });
        modelBuilder.Entity<WorkRow>().ToTable("work").HasKey(w => w.Contact);
        modelBuilder.Entity<InboxRow>().ToTable("inbox").HasKey(i => i.Seq);
        modelBuilder.Entity<OwedRow>().ToTable("owed").HasKey(o => new { o.Connector, o.Record });
        modelBuilder.Entity<AnnouncedRow>().ToTable("announced").HasKey(a => a.Connector);
        // Columns are named in the manner of SQL, members in that of C#: QueuedAt is queued_at.
        foreach (var column in modelBuilder.Model.GetEntityTypes().SelectMany(t => t.GetProperties()))
            column.SetColumnName(System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(column.Name));
    }

    public void Begin() => Database.BeginTransaction();

    public void Commit() => Database.CommitTransaction();
}

/// <param name="Account">Sealed: see <see cref="Consent.Connectors.Account"/>; nothing once the connector was deleted.</param>
/// <param name="Status"><c>enabled</c>, <c>paused</c> or <c>deleting</c>.</param>
/// <param name="Failures">How often in a row it could not be spoken to; <paramref name="NotBefore"/> is when it is tried again.</param>
/// <param name="Round"><c>walk</c> or <c>changes</c>, while one is under way; <paramref name="RoundPage"/> is where it goes on, null at its beginning.</param>
/// <param name="Since">The moment from which on the next changes are asked for.</param>
/// <param name="WalkedAt">When the last walk over all contacts began that came to its end; null before the first.</param>
/// <param name="HeardAt">When a change was heard of last whose subject is no contact that is known.</param>
/// <param name="WalkAskedAt">The same of a "no": a walk that begins later finds the contact.</param>
/// <param name="Restarts">How often it was set anew or resumed: what a turn found that began before says nothing of it any more.</param>
internal sealed record ConnectorRow(
    string Id, string Site, string System, string? Name, byte[] Account, bool StopsWithoutBasis, string Status, long CreatedAt, int Failures, long? FailingSince,
    long? NotBefore, string? LastOutcome, int? LastStatus, string? Round, string? RoundPage, long? RoundBegan, long NextRound, long? Since, long? WalkedAt,
    long? HeardAt, long? WalkAskedAt, long Restarts);

/// <param name="Key">A keyed hash of the contact's id in the mailing system, by which it is found.</param>
/// <param name="Contact">That id, sealed: in some systems it is the address.</param>
internal sealed record ContactRow(long Seq, string Connector, string Key, byte[] Contact);

/// <summary>An id of the address of a contact.</summary>
internal sealed record SubjectRow(string Connector, string Subject, long Contact);

/// <param name="Topic">Or <see cref="TopicState.Whole"/>.</param>
/// <param name="WrittenAt">When this service last wrote it there.</param>
internal sealed record StateRow(long Contact, string Topic, string? Carried, string? Seen, long? WrittenAt);

/// <param name="Status"><c>pending</c>, or <c>given-up</c> until the person decides anew or an operator resumes the connector.</param>
/// <param name="Forget">The person was erased: when it is carried, what is known of the contact goes.</param>
internal sealed record WorkRow(
    long Contact, string Connector, string Status, bool Forget, long QueuedAt, long NextAt, long? FirstAt, int Attempts, long? LastAt, string? LastOutcome, int? LastStatus);

/// <param name="Body">Sealed: see <see cref="BringOptOuts"/>.</param>
internal sealed record InboxRow(long Seq, string Connector, byte[] Body, long QueuedAt, long NextAt, int Attempts);
