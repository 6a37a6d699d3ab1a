using Microsoft.EntityFrameworkCore;

namespace Consent.Subscriber;

/// <summary>What a subscriber keeps: declarations, and the newest receipt of each stream, as JSON. Disposable: it can be sent again.</summary>
internal sealed class SubscriberDb(DbContextOptions<SubscriberDb> options) : DbContext(options)
{
    public static readonly SchemaSteps Schema = new(
    [
        """
        CREATE TABLE declarations (
          site TEXT NOT NULL, version INTEGER NOT NULL, hash TEXT NOT NULL, body BLOB NOT NULL,
          PRIMARY KEY (site, version, hash)) WITHOUT ROWID;
        CREATE TABLE receipts (
          site TEXT NOT NULL, subject TEXT NOT NULL, epoch INTEGER NOT NULL, version INTEGER NOT NULL, body BLOB NOT NULL,
          PRIMARY KEY (site, subject)) WITHOUT ROWID;
        PRAGMA user_version = 1;
        """,
        """
        ALTER TABLE receipts ADD COLUMN stream TEXT;
        CREATE INDEX receipts_stream ON receipts (stream);
        CREATE TABLE tombstones (stream TEXT PRIMARY KEY, epoch INTEGER NOT NULL, version INTEGER NOT NULL) WITHOUT ROWID;
        PRAGMA user_version = 2;
        """,
        // Every row with its stream and its digest: what lacks them is loaded again. Rows lie in the order of their coming, and the indexes
        // are small: in the order of random ids each new one would rewrite a page of its own.
        """
        DROP TABLE receipts;
        CREATE TABLE receipts (
          site TEXT NOT NULL, subject TEXT NOT NULL, epoch INTEGER NOT NULL, version INTEGER NOT NULL, body BLOB NOT NULL, stream TEXT, digest TEXT,
          UNIQUE (site, subject));
        CREATE INDEX receipts_stream ON receipts (stream);
        CREATE TABLE loading (one INTEGER PRIMARY KEY CHECK (one = 1), wishes TEXT NOT NULL, after TEXT NOT NULL, is_walking INTEGER NOT NULL, is_loaded INTEGER NOT NULL);
        INSERT INTO loading VALUES (1, '', '', 1, 0);
        CREATE TABLE awaited (site TEXT PRIMARY KEY) WITHOUT ROWID;
        PRAGMA user_version = 3;
        """,
        // Each row with what shows whether somebody altered it since; see HeldDeclarations and SubscriberWriter.Written.
        """
        ALTER TABLE declarations ADD COLUMN digest TEXT;
        ALTER TABLE tombstones ADD COLUMN written TEXT;
        UPDATE tombstones SET written = stream || ' ' || epoch || ' ' || version;
        PRAGMA user_version = 4;
        """,
        // When it was and why, to be told of a receipt that comes behind it; null in the rows of old.
        """
        ALTER TABLE tombstones ADD COLUMN erased_at INTEGER;
        ALTER TABLE tombstones ADD COLUMN reason INTEGER;
        PRAGMA user_version = 5;
        """,
    ],
    "Run that release, or start on an empty folder.");

    public DbSet<HeldDeclaration> Declarations => Set<HeldDeclaration>();

    public DbSet<HeldReceipt> Receipts => Set<HeldReceipt>();

    public static DbContextOptions<SubscriberDb> OptionsFor(string connection) => new DbContextOptionsBuilder<SubscriberDb>()
        .UseSqlite(connection)
        .Options;

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<HeldDeclaration>(table =>
        {
            table.ToTable("declarations").HasKey(d => new { d.Site, d.Version, d.Hash });
            table.Property(d => d.Site).HasColumnName("site");
            table.Property(d => d.Version).HasColumnName("version");
            table.Property(d => d.Hash).HasColumnName("hash");
            table.Property(d => d.Body).HasColumnName("body");
            table.Property(d => d.Digest).HasColumnName("digest");
        });
        modelBuilder.Entity<HeldReceipt>(table =>
        {
            table.ToTable("receipts").HasKey(r => new { r.Site, r.Subject });
            table.Property(r => r.Site).HasColumnName("site");
            table.Property(r => r.Subject).HasColumnName("subject");
            table.Property(r => r.Epoch).HasColumnName("epoch");
            table.Property(r => r.Version).HasColumnName("version");
            table.Property(r => r.Body).HasColumnName("body");
            table.Property(r => r.Stream).HasColumnName("stream");
            table.Property(r => r.Digest).HasColumnName("digest");
        });
    }
}

internal sealed record HeldDeclaration(string Site, int Version, string Hash, byte[] Body, string? Digest);

internal sealed record HeldReceipt(string Site, string Subject, int Epoch, long Version, byte[] Body, string? Stream, string? Digest);
