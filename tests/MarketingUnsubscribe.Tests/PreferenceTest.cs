using System.Net;
using System.Text.RegularExpressions;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>A test of the preference centre: a newsletter by e-mail and text message, as often as one wishes, offers and tips by e-mail.</summary>
public abstract partial class PreferenceTest : ConfirmingTest
{
    protected const string Saved = "Uw keuzes zijn opgeslagen";
    protected const string NotAll = "Niet alles wat u aanvinkte, kon worden opgeslagen";
    protected const string Ask = $"/preferences/{Sample.Site}";

    private protected static Declaration Declaration(string site = Sample.Site)
    {
        var declaration = Sample.Declaration(site);
        return declaration with
        {
            Topics =
            [
                declaration.Topics[0] with
                {
                    Channels = [Channel.Email, Channel.Sms],
                    Frequencies = [new Frequency("weekly", Sample.Text("Elke week", "Each week")), new Frequency("monthly", Sample.Text("Elke maand", "Each month"))],
                },
                .. declaration.Topics.Skip(1),
            ],
        };
    }

    /// <summary>Asks for the link to the preferences of an address, as typed on the page.</summary>
    private protected async Task<HttpResponseMessage> TypeAsync(string address)
    {
        using var form = new FormUrlEncodedContent([new("address", address)]);
        return await Host.SendAsync($"{Ask}?language=nl", form);
    }

    /// <summary>The path of the link in the mail that came of it.</summary>
    private protected async Task<string> OpenAsync(string address = Jan)
    {
        var before = Mail.Taken.Count;
        Assert.Equal(HttpStatusCode.Accepted, (await TypeAsync(address)).StatusCode);
        Assert.Equal(before + 1, Mail.Taken.Count);
        Host.Time.Pass(TimeSpan.FromMinutes(1));
        return LinkIn(Mail.Taken[^1]);
    }

    private protected static string LinkIn(TakenMail taken) => Link().Match(taken.Mail.TextBody!).Value;

    /// <summary>Sends the form of a page that leads to this address, with the boxes as the page shows them; a moment passes.</summary>
    /// <param name="tick">Ticked as well.</param>
    /// <param name="untick">No longer ticked.</param>
    /// <param name="fields">What is filled in further.</param>
    private protected async Task<HttpResponseMessage> SendAsync(
        string page, string to, string[]? tick = null, string[]? untick = null, params (string Name, string Value)[] fields)
    {
        var form = Form().Matches(page).Select(m => m.Value).First(f => f.Contains($"action=\"{to}", StringComparison.Ordinal));
        using var content = new FormUrlEncodedContent(
        [
            .. Hidden().Matches(form).Select(m => KeyValuePair.Create<string?, string?>(m.Groups["name"].Value, WebUtility.HtmlDecode(m.Groups["value"].Value))),
            .. Ticked(form).Except(untick ?? []).Concat(tick ?? []).Select(id => KeyValuePair.Create<string?, string?>("topic", id)),
            .. fields.Select(field => KeyValuePair.Create<string?, string?>(field.Name, field.Value)),
        ]);
        var answer = await Host.SendAsync(WebUtility.HtmlDecode(Action().Match(form).Groups["to"].Value), content);
        Host.Time.Pass(TimeSpan.FromSeconds(1));
        return answer;
    }

    private protected async Task<string> SaveAsync(string page, string[]? tick = null, string[]? untick = null, params (string Name, string Value)[] fields)
    {
        var answer = await SendAsync(page, "/p/", tick, untick, fields);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    private protected static IReadOnlyList<string> Ticked(string page) => [.. Box().Matches(page).Select(m => m.Groups["id"].Value)];

    [GeneratedRegex("/p/[A-Za-z0-9_-]+")]
    private static partial Regex Link();

    [GeneratedRegex("<form .*?</form>", RegexOptions.Singleline)]
    private static partial Regex Form();

    [GeneratedRegex("action=\"(?<to>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Action();

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]+)\" value=\"(?<value>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Hidden();

    [GeneratedRegex("name=\"topic\" value=\"(?<id>[^\"]+)\" checked", RegexOptions.ExplicitCapture)]
    private static partial Regex Box();
}
