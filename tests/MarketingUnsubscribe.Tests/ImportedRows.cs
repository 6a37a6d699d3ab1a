using System.Net.Http.Headers;
using System.Text;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>Opt-ins from elsewhere, as they are sent.</summary>
internal static class ImportedRows
{
    public const string Route = "/v1/sites/orchard/marketing/import";
    private static readonly DateTimeOffset LongAgo = Sample.Noon.AddYears(-1);

    /// <summary>A year old, with its evidence.</summary>
    public static string Row(
        string address, DateTimeOffset? confirmedAt = null, string? evidence = "sign-up log 7", string topic = "newsletter", string? reference = null, string? declaration = null) =>
        Json(address, LongAgo, confirmedAt, evidence, topic, reference, declaration);

    /// <summary>Nobody knows since when.</summary>
    public static string RowWithoutTime(string address, DateTimeOffset? confirmedAt = null) => Json(address, null, confirmedAt, "sign-up log 7", "newsletter", null, null);

    /// <returns>The lines of the answer; the last one is that of the sums.</returns>
    public static async Task<string[]> ImportAsync(this MarketingHost host, params string[] rows)
    {
        using var answer = await host.PostRowsAsync("?system=mailchimp", "application/x-ndjson", string.Join('\n', rows), host.Token());
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return text.Split('\n')[..^1];
    }

    public static Task<HttpResponseMessage> PostRowsAsync(this MarketingHost host, string query, string type, string body, string? token)
    {
        var content = new StringContent(body, Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return host.SendAsync($"{Route}{query}", content, token);
    }

    public static string Sums(int rows, int recorded = 0, int known = 0, int refused = 0, int unproven = 0) =>
        $$$"""{"summary":{"rows":{{{rows}}},"recorded":{{{recorded}}},"known":{{{known}}},"refused":{{{refused}}}{{{(unproven > 0 ? $",\"unproven\":{unproven}" : "")}}}}}""";

    private static string Json(
        string address, DateTimeOffset? optedInAt, DateTimeOffset? confirmedAt, string? evidence, string topic, string? reference, string? declaration) =>
        Encoding.UTF8.GetString(ContractJson.Write(new
        {
            Address = address,
            Topic = topic,
            OptedInAt = optedInAt,
            ConfirmedAt = confirmedAt,
            Evidence = evidence,
            Declaration = declaration,
            Reference = reference ?? $"row-{address.Split('@')[0]}",
        }));
}
