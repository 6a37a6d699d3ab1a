using Consent.Audit.Logs;
using Consent.ServiceDefaults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Audit.Pages;

/// <summary><c>GET /audit</c>: what can be asked, the sites that are open to who looks, and the state of their logs, checked at this look.</summary>
internal static class HomePage
{
    private const string Checks = "log";

    public static async Task<IResult> AnswerAsync(HttpContext http, LogSites sites, CosignedLogs logs, LogSettings settings, HealthCheckService health)
    {
        var visit = Visit.Of(http);
        var open = await OpenSites.OfAsync(visit, sites);
        var shown = new List<ShownLog>();
        foreach (var controller in open.Select(s => s.Controller).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            // A single site opens no log of its controller, which tells of the others.
            if (Tenancy.Allows(visit.User, "", controller) && logs.Shown(settings.LogOf(controller)) is { } served) shown.Add(await ShownLog.OfAsync(served, visit.Cancel));
        }

        // What is behind a state may speak of other controllers; the operator's own alarms tell it.
        var report = await health.CheckHealthAsync(check => check.Name.StartsWith(Checks, StringComparison.Ordinal), visit.Cancel);
        var words = visit.Words;
        return visit.Page(words.HomeTitle, $"""
            {(visit.SeesPersons ? HomeForms.Of(visit, OpenSites.ToChoose(open)) : "")}
            <h2>{Html.Text(words.Sites)}</h2>
            {Sites(words, open)}
            <h2>{Html.Text(words.Logs)}</h2>
            {(shown.Count == 0 ? $"<p>{Html.Text(words.NoLogs)}</p>" : string.Concat(shown.Select(log => Log(words, log))))}
            <h2>{Html.Text(words.Health)}</h2>
            {Html.Facts(report.Entries.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => (NameOf(words, e.Key), (string?)Html.Text(e.Value.Status is HealthStatus.Healthy ? words.Healthy : words.Unhealthy))))}
            """);
    }

    private static string NameOf(Words words, string check) => check switch
    {
        "logs-audit" => words.HealthOfSigning,
        "logs-complete" => words.HealthOfContent,
        "log-witnesses" => words.HealthOfWitnesses,
        _ => check,
    };

    private static string Sites(Words words, IReadOnlyList<(string Id, string Controller)> open)
    {
        if (open.Count == 0) return $"<p>{Html.Text(words.NoSites)}</p>";
        return Html.Table(words.SitesCaption, [words.Site, words.Controller, words.Deliveries, words.Rates], open.Take(OpenSites.Most).Select(s =>
        {
            var address = $"{AuditPages.Root}/sites/{Uri.EscapeDataString(s.Id)}";
            return (IReadOnlyList<string>)
            [
                Html.Link(address, s.Id), Html.Code(s.Controller), Html.Link($"{address}/deliveries", words.DeliveriesTitle.Fill(("site", s.Id))),
                Html.Link($"{address}/rates", words.RatesTitle.Fill(("site", s.Id))),
            ];
        }));
    }

    private static string Log(Words words, ShownLog log)
    {
        var (look, title) = log.IsRight ? ("good", words.LogRight) : ("bad", words.LogWrong);
        var sentence = log.IsRight ? words.LogRightText : words.LogWrongText;
        return $"""
            <section class="card">
            <h3>{Html.Text(log.Checkpoint.Origin)}</h3>
            <div class="state {look}"><strong>{Html.Text(title)}</strong><p>{Html.Text(sentence.Fill(("size", words.Number(log.Checkpoint.Size)), ("keys", string.Join(", ", log.SignedBy))))}</p></div>
            {Html.Facts(
                (words.Controller, Html.Code(log.Controller)),
                (words.CheckpointSize, Html.Text(words.Number(log.Checkpoint.Size))),
                (words.Root, Html.Code(log.Checkpoint.Root.ToString())),
                (words.Keys, Html.List(log.Keys.Select(key => Html.Code(key.ToString())))))}
            </section>
            """;
    }
}
