using System.Text.Json;

namespace Consent.Tests.Support.Cosmos;

/// <summary>How often something was asked and answered so, and the request units that it cost by the stand-in's model.</summary>
/// <param name="Query">Name of the query in <see cref="CosmosQueries"/>; null for everything else.</param>
public sealed record Counted(Operation Operation, string? Container, string? Query, int Status, long Times, double Units);

/// <summary>
/// Request units as the published rules of thumb say: one for reading a kilobyte by its id, five for writing it and a little for every path that is
/// indexed, twice that for a replacement, a fixed part and what is read for a query. An estimate: only an account tells the real ones.
/// </summary>
internal static class CosmosCharges
{
    internal const double Nothing = 1;

    internal static double Read(JsonElement? body) => body is null ? Nothing : Kilobytes(body.Value);

    internal static double Create(JsonElement body, int indexed) => Rounded((5 * Kilobytes(body)) + (0.15 * indexed));

    internal static double Replace(JsonElement body, int indexed) => Rounded(2 * Create(body, indexed));

    /// <param name="read">Documents that the query had to look at: those that it answers when an index led to them, else all of its partition.</param>
    internal static double Query(int read, long bytesOut) => Rounded(2.3 + (0.02 * read) + (0.3 * bytesOut / 1024));

    internal static double Feed(long bytesOut) => Rounded(1 + (0.25 * bytesOut / 1024));

    private static double Kilobytes(JsonElement body) => Math.Max(1, Math.Ceiling(body.GetRawText().Length / 1024.0));

    private static double Rounded(double units) => Math.Round(units, 2);
}
