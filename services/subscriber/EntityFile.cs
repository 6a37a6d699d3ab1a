using Microsoft.EntityFrameworkCore;

namespace Consent.Subscriber;

/// <summary>A service's own file.</summary>
/// <exception cref="InvalidOperationException">The file is of a newer release.</exception>
internal sealed class EntityFile<TDb>(string file, Entities<TDb> of) : FileStore<TDb, TDb>(file, of.InFile, of.FileSteps) where TDb : DbContext, IFileWriter
{
    private readonly Entities<TDb> _of = of;

    protected override TDb OpenWriter(string connection)
    {
        var writer = _of.Make(_of.InFile(connection));
        try
        {
            // The settings last as long as the connection does.
            writer.Database.OpenConnection();
            writer.Database.ExecuteSqlRaw(FileWriting.Settings);
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }
}
