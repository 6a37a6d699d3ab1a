using System.Text;
using Microsoft.AspNetCore.Http;

namespace Consent.Cli.Tests;

/// <summary>Takes an import as the service does, unless told otherwise: a row that says <c>bad</c> is refused, one that says <c>bare</c> is unproven.</summary>
internal sealed class ImportingGateway : StandInGateway<Import>
{
    /// <summary>As a service answers that cannot answer.</summary>
    public static readonly (int Status, string Body) Unavailable = (503, """{"title":"The service cannot answer just now.","detail":"Try again in a few seconds."}""");

    private readonly Func<int, (int Status, string Body)?> _instead;

    private ImportingGateway(Func<int, (int Status, string Body)?> instead) => _instead = instead;

    /// <param name="instead">By how often it was asked: another answer, or null.</param>
    public static async Task<ImportingGateway> StartAsync(Func<int, (int Status, string Body)?>? instead = null)
    {
        var gateway = new ImportingGateway(instead ?? (_ => null));
        await gateway.ListenAsync();
        return gateway;
    }

    protected override async Task AnswerAsync(HttpContext context)
    {
        using var body = new StreamReader(context.Request.Body);
        var (text, request) = (await body.ReadToEndAsync(), context.Request);
        // Lines count the header.
        var header = request.ContentType == "text/csv" ? 1 : 0;
        var rows = text.Split('\n').Index().Skip(header).Where(row => row.Item.Length > 0).ToList();
        var asked = $"{request.Method} {request.Path}{request.QueryString} {request.ContentType}";
        var times = Keep(new Import(asked, request.Headers.Authorization.ToString(), rows.Count, Encoding.UTF8.GetByteCount(text)));
        var (status, answer) = _instead(times) ?? (200, Answer(rows));
        await WriteAsync(context, status, answer);
    }

    private static string Answer(List<(int Index, string Item)> rows)
    {
        var bad = rows.Where(row => row.Item.Contains("bad", StringComparison.Ordinal)).ToList();
        var more = rows.Count(row => row.Item.Contains("bare", StringComparison.Ordinal)) is > 0 and var bare ? $",\"unproven\":{bare}" : "";
        var refused = string.Concat(bad.Select(row => $"{{\"line\":{row.Index + 1},\"reason\":\"Leave it out.\"}}\n"));
        return $"{refused}{{\"summary\":{{\"rows\":{rows.Count},\"recorded\":{rows.Count - bad.Count},\"known\":0,\"refused\":{bad.Count}{more}}}}}\n";
    }
}

/// <param name="Request">Method, path and content type.</param>
/// <param name="Rows">How many it brought.</param>
/// <param name="Bytes">Of all of it.</param>
internal sealed record Import(string Request, string Token, int Rows, int Bytes);
