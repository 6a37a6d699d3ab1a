using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>Calls: the law of the person's number counts beside that of the controller, and the answer names the lists that it sends the caller to.</summary>
public sealed class CalledCountryTests : HostedTest
{
    private const string Belgian = "+32470123456", French = "+33612345678", German = "+4915123456789", Nobodys = "+80012345678";
    private const string Dncm = "Bel-me-niet-meer / Ne m’appelez plus (dncm.be)";

    [Fact]
    public async Task ABelgianController_MayCallOnItsInterest_WhereTheLawOfTheCalledSaysSoToo_AndIsToldOfTheLists()
    {
        await DeclareAsync("BE");
        foreach (var number in (string[])[Belgian, French, German, Nobodys]) await SubscribeAsync(number, number == German ? "unproven" : "legitimate-interest");
        await SubscribeAsync("+32470123457", "subscribed", Host.Time.Is);
        string[] expected =
        [
            $"{Belgian} legitimate-interest {Dncm}", $"{French} legitimate-interest {Dncm}; Bloctel", $"{German} unproven ", $"{Nobodys} legitimate-interest {Dncm}",
            "+32470123457 opted-in ", "+32470123458 no-basis ",
        ];
        await Host.Index.Built.WaitAsync(TimeSpan.FromSeconds(60));
        foreach (var asLines in (bool[])[false, true]) Assert.Equal(expected, await CheckAsync(asLines, [.. expected.Select(e => e.Split(' ')[0])]));
    }

    [Fact]
    public async Task TheIndexAlone_SaysTheSame()
    {
        await DeclareAsync("BE");
        foreach (var number in (string[])[Belgian, German]) await SubscribeAsync(number, number == German ? "unproven" : "legitimate-interest");
        await Host.Index.Built.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(await Host.Index.IsCurrentAsync(default));
        Assert.Equal((true, Dncm), IndexedOf(Belgian));
        Assert.Equal((false, null), IndexedOf(German));

        (bool Permitted, string? Register) IndexedOf(string number)
        {
            var inForce = Declared("BE");
            var answers = Host.Index.AnswersFor(
                inForce, Host.Keys.Addresses(Sample.Controller), TopicOnChannel.Find(inForce.Declaration, "tips", "phone")!, Host.Time.Is, (own, held, isRelated) =>
                    MaySend.Decide(own, held, inForce, "tips/phone", Host.Time.Is, isRelated: isRelated, called: ContactAddress.CountryOf(number)));
            answers.Begin();
            var decision = answers.Of(number);
            Assert.NotNull(decision);
            return (decision.Permitted, decision.Register);
        }
    }

    [Fact]
    public async Task InItaly_AnOptInToCallsRestsOnTheRegisterToo()
    {
        await DeclareAsync("NL");
        await SubscribeAsync("+393123456789", "subscribed", Host.Time.Is);
        Assert.Equal(["+393123456789 opted-in Registro pubblico delle opposizioni"], await CheckAsync(false, ["+393123456789"]));
    }

    private static PublishedDeclaration Declared(string country)
    {
        var declaration = Sample.OnChannels(Channel.Phone);
        return Sample.Published(declaration with { Controller = declaration.Controller with { Country = country } }, 2);
    }

    private Task DeclareAsync(string country) => Host.HearAsync(Declared(country).Declaration, version: 2);

    /// <summary>With no moment, by the controller's word without anything that proves it.</summary>
    private async Task SubscribeAsync(string address, string expected, DateTimeOffset? confirmedAt = null)
    {
        var answer = await Host.PostAsync(
            $"/v1/sites/{Sample.Site}/marketing/subscriptions", new { address, topic = "tips", channel = "phone", language = "nl", confirmedAt }, Host.Token());
        Assert.Equal(expected, (await answer.JsonAsync()).GetProperty("status").GetString());
    }

    private async Task<List<string>> CheckAsync(bool asLines, string[] addresses)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/sites/{Sample.Site}/marketing/check")
        {
            Content = JsonContent.Create(new { topic = "tips", channel = "phone", addresses }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Host.Token());
        request.Headers.Accept.ParseAdd(asLines ? "application/x-ndjson" : "application/json");
        using var answer = await Host.Client.SendAsync(request);
        var results = asLines
            ? (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).SkipLast(1).Select(line => JsonDocument.Parse(line).RootElement)
            : (await answer.JsonAsync()).GetProperty("results").EnumerateArray();
        return [.. results.Select(r => $"{r.GetProperty("address").GetString()} {r.GetProperty("reason").GetString()} {RegisterOf(r)}")];
    }

    private static string? RegisterOf(JsonElement result) => result.TryGetProperty("register", out var register) ? register.GetString() : null;
}
