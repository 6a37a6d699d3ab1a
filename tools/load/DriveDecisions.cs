using System.CommandLine;
using System.Text.Json.Nodes;

namespace Consent.Load;

/// <summary><c>decide</c>: first choices of new visitors; afterwards looks whether those that were acknowledged are there.</summary>
internal static class DriveDecisions
{
    private const int Looked = 200;

    public static Command Command()
    {
        var options = new LoadOptions();
        var command = new Command("decide", "First choices of new visitors, and a look whether what was acknowledged is there.");
        options.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var http = new HttpClient { BaseAddress = options.Server(parsed) };
            var declared = await http.GetFromJsonAsync<JsonObject>($"/v1/sites/{options.Site(parsed)}/declaration", cancel);
            var visitors = options.Visitors(parsed);
            long next = -1;
            var asked = new Asked(options.Server(parsed), TemplateOf(options.Site(parsed), declared!), visitors, () => Interlocked.Increment(ref next), StatusCodes.Status201Created);
            var answered = await options.RunAsync(parsed, asked, cancel);
            // Who was not answered rightly may be missing, and cannot be told from the others.
            if (answered.Wrong.Count > 0) return options.Tell(parsed, answered, " Nobody was looked for.");
            var missing = await MissingAsync(http, options.Site(parsed), visitors, next, cancel);
            var code = options.Tell(parsed, answered, $" {Looked} were looked for, {missing} are missing.");
            return missing > 0 ? 1 : code;
        });
        return command;
    }

    /// <summary>A yes to the first three purposes that rest on consent.</summary>
    private static Template TemplateOf(string site, JsonObject published)
    {
        var purposes = published["purposes"]!.AsArray().Where(p => (string)p!["legalBasis"]! == "consent").Take(3).Select(p => (string)p!["id"]!);
        return Template.Post($"/v1/sites/{site}/decisions", Template.DecisionBody((string)published["hash"]!, purposes));
    }

    /// <summary>Of a sample of those who were answered.</summary>
    private static async Task<int> MissingAsync(HttpClient http, string site, Visitors visitors, long last, CancellationToken cancel)
    {
        var missing = 0;
        for (var i = 0; i < Looked && last >= 0; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/sites/{site}/me/state");
            request.Headers.Add("Consent-Subject", visitors.Id(last * i / Looked));
            using var answer = await http.SendAsync(request, cancel);
            if ((long)(await answer.Content.ReadFromJsonAsync<JsonObject>(cancel))!["version"]! < 1) missing++;
        }

        return missing;
    }
}
