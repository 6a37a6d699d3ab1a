using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Consent.Subscriber;

/// <summary>The schema of a file, step by step, forward only: each makes one version out of the one before, and sets <c>user_version</c>.</summary>
/// <param name="Newer">What an operator is to do with a file of a newer release.</param>
internal sealed record SchemaSteps(IReadOnlyList<string> Steps, string Newer)
{
    /// <summary>Takes the steps that the file lacks, all or none; makes the tables in an empty one.</summary>
    /// <exception cref="InvalidOperationException">The file is of a newer release.</exception>
    public void BringUpToDate(DatabaseFacade database)
    {
        database.ExecuteSqlRaw("PRAGMA journal_mode = WAL");
        using var steps = database.BeginTransaction();
        var found = database.SqlQueryRaw<int>("SELECT user_version AS Value FROM pragma_user_version").AsEnumerable().Single();
        if (found > Steps.Count)
            throw new InvalidOperationException(
                $"{database.GetDbConnection().DataSource} is of a newer release (schema {found}, known here: {Steps.Count}). {Newer}");
        foreach (var step in Steps.Skip(found)) database.ExecuteSqlRaw(step);
        steps.Commit();
    }
}
