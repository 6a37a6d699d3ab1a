using Microsoft.EntityFrameworkCore;

namespace Consent.Host;

/// <summary>
/// Does in memory, on a core that is idle while the services are composed, what each of them does with its file at its start. The libraries for that come into the image without machine
/// code, to keep it small (<c>tools/images/compiled-late.host.txt</c>), so the first who uses them waits for the compiler. Nothing rests on it, and it leaves nothing behind.
/// </summary>
internal static class WarmUp
{
    public static void Begin() => _ = Task.Run(() =>
    {
        using var db = new SmallDb(new DbContextOptionsBuilder<SmallDb>().UseSqlite("Data Source=:memory:").Options);
        db.Database.OpenConnection();
        using (var steps = db.Database.BeginTransaction())
        {
            _ = db.Database.SqlQueryRaw<int>("SELECT user_version AS Value FROM pragma_user_version").AsEnumerable().Single();
            db.Database.ExecuteSqlRaw("CREATE TABLE Rows (Id INTEGER PRIMARY KEY, Text TEXT)");
            steps.Commit();
        }
        return db.Rows.AsNoTracking().Count(r => r.Text != null);
    });

    private sealed class Row
    {
        public int Id { get; init; }

        public string? Text { get; init; }
    }

    private sealed class SmallDb(DbContextOptions<SmallDb> options) : DbContext(options)
    {
        public DbSet<Row> Rows => Set<Row>();
    }
}
