using System.Data.Common;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Consent.ServiceDefaults;

/// <summary>
/// The argument <c>migrate</c> of a service: brings what it keeps in databases up to date, and ends. A start does the same; this is for before the replicas of a new release
/// come, once, beside those that run. Reads the settings of the store alone: neither a broker nor an issuer need be there.
/// </summary>
public static class Migrate
{
    public const string Word = "migrate";

    public static bool IsAsked(string[] args) => args is [Word, ..];

    /// <summary>What there is to bring up to date, in the order of the calls.</summary>
    /// <param name="of">Such as <c>the log of consent</c>; stands in a sentence.</param>
    /// <param name="bringUpToDate">Changes nothing when it was done before, or is done by another at the same time.</param>
    public static void AddMigration(this IHostApplicationBuilder builder, string of, Action<IConfiguration> bringUpToDate)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton(new Migration(of, bringUpToDate));
    }

    /// <summary>Opens and starts nothing else of the service. What was done before a failure stays done.</summary>
    /// <returns>The exit code: 0 when all is up to date; 1 when something is not, with one sentence on <paramref name="errors"/>.</returns>
    public static int Run(IHostApplicationBuilder builder, TextWriter output, TextWriter errors)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(errors);
        var migrations = builder.Services.Where(d => !d.IsKeyedService).Select(d => d.ImplementationInstance).OfType<Migration>().ToList();
        foreach (var migration in migrations)
        {
            try
            {
                migration.BringUpToDate(builder.Configuration);
            }
            catch (Exception e)
            {
                errors.WriteLine($"Cannot bring {migration.Of} up to date: {ReasonOf(e)}");
                return 1;
            }
        }

        output.WriteLine(migrations.Count == 0 ? "Nothing is kept that has to be brought up to date." : $"Up to date: {string.Join(", ", migrations.Select(m => m.Of))}.");
        return 0;
    }

    /// <summary>What a database says goes on over several lines, of which the first says what it is.</summary>
    private static string ReasonOf(Exception e)
    {
        var first = e.Message.Split('\n')[0].Trim();
        return e is DbException ? $"the database says \"{first}\". Mend that and run it again." : first;
    }

    private sealed record Migration(string Of, Action<IConfiguration> BringUpToDate);
}
