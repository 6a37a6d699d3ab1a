using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Consent.MailGate.Tests;
using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>A mailer that was taught nothing, behind the mail gate, over RabbitMQ: what it may send arrives, and auditors see how much of each sort there was.</summary>
public sealed class MailGateTests
{
    private const string Home = "koppelhuis";
    private const string Offers = $"offers-mail@{Home}";
    private const string Invoices = $"invoices@{Home}";

    [Fact]
    public async Task An_invoice_passes_a_letter_to_whoever_opted_out_does_not_and_auditors_see_both_volumes_and_no_person()
    {
        await using var mailbox = new MailSink();
        await using var telemetry = await OtlpReceiver.StartAsync();
        var gate = new GateInFront(mailbox.Port, Offers, Invoices);
        await using var product = new ManyProcesses(gate: gate);
        foreach (var (key, value) in telemetry.Settings) product.Settings[key] = value;
        await product.StartAsync();
        foreach (var user in (string[])[Offers, Invoices]) product.Secrets.Keep(gate.PasswordOf(user));

        var (site, stays, left) = (new Site(product, Home), product.Secrets.Address(), product.Secrets.Address());
        var links = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var address in (string[])[stays, left])
        {
            await site.SubscribeAsync(address);
            links[address] = await site.LinkAsync(address);
            await Eventually.IsSoAsync("who opted in may be mailed", async () => await site.MaySendAsync(address) == (true, "opted-in"));
        }
        await site.OneClickAsync(links[left]);
        await KnowsTheSiteAsync(gate);

        await using (var mailer = await Conversation.AsAsync(gate.Port, Offers, gate.PasswordOf(Offers)))
        {
            var (recipients, mail) = await mailer.SendAsync(MailTo(stays, "spring", links[stays]), left, stays);
            Assert.Equal([550, 250], recipients.Select(r => r.Code));
            Assert.Contains("(suppressed)", recipients[0].Text, StringComparison.Ordinal);
            Assert.Equal(250, mail!.Code);
        }
        await using (var mailer = await Conversation.AsAsync(gate.Port, Invoices, gate.PasswordOf(Invoices)))
            Assert.Equal(250, (await mailer.SendAsync(MailTo(left, "invoice"), left)).Mail!.Code);
        Assert.Equal([("spring", stays), ("invoice", left)], mailbox.Taken.Select(taken => (WordOf(taken), Assert.Single(taken.To))));

        var told = new JsonArray();
        await Eventually.IsSoAsync("auditors see the volume of both streams", async () =>
        {
            told = await VolumesAsync(product);
            return (Copies(told, "marketing", "handed-over"), Copies(told, "marketing", "not-permitted"), Copies(told, "transactional", "handed-over")) == (1, 1, 1);
        }, TimeSpan.FromSeconds(120), () => told.ToJsonString());
        Assert.Empty(product.Secrets.LeaksIn("what auditors are told", told.ToJsonString()));

        await Eventually.IsSoAsync("the gate sends metrics", () => Task.FromResult(telemetry.HasFrom("mail-gate", "metrics")));
        Assert.Empty(product.Processes.SelectMany(p => p.Output.SelectMany(line => product.Secrets.LeaksIn($"{p.Name}'s log", line))));
        foreach (var signal in (string[])["traces", "metrics", "logs"])
            Assert.Empty(telemetry.Received(signal).SelectMany(body => product.Secrets.LeaksIn(signal, body)));
    }

    /// <summary>Whether it may be sent is asked, and nothing is sent: once the gate has heard of the site, the answer is not that it does not know yet.</summary>
    private static Task KnowsTheSiteAsync(GateInFront gate) => Eventually.IsSoAsync("the gate knows the site", async () =>
    {
        try
        {
            await using var mailer = await Conversation.AsAsync(gate.Port, Invoices, gate.PasswordOf(Invoices));
            await mailer.SayAsync("MAIL FROM:<post@koppelhuis.example>");
            return (await mailer.SayAsync("RCPT TO:<nobody@example.org>")).Code == 250;
        }
        catch (SocketException)
        {
            return false;
        }
    });

    /// <summary>A mail by its one word; with an opt-out link it has both headers.</summary>
    private static string MailTo(string address, string word, string? link = null)
    {
        string[] headers = link is null ? [] : [$"List-Unsubscribe: <https://opt-out.example{link}>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"];
        string[] lines =
        [
            "From: Koppelhuis <post@koppelhuis.example>", $"To: {address}", "Date: Thu, 26 Nov 2026 12:00:00 +0000",
            $"Message-ID: <{word}@koppelhuis.example>", $"Subject: {word}",
            .. headers, "", "Dear reader,", "",
        ];
        return string.Join("\r\n", lines);
    }

    private static string WordOf(SunkMail taken) =>
        taken.Text.Split('\n').First(line => line.StartsWith("Subject: ", StringComparison.Ordinal))["Subject: ".Length..];

    /// <summary>Of the days around now: one may end meanwhile.</summary>
    private static async Task<JsonArray> VolumesAsync(Product product)
    {
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        using var answer = await product.Client("audit").GetAsync($"/v1/audit/mail?site={Home}&from={today.AddDays(-1):yyyy-MM-dd}&until={today.AddDays(1):yyyy-MM-dd}");
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!["volumes"]!.AsArray();
    }

    private static long Copies(JsonArray volumes, string sort, string outcome) =>
        volumes.Where(volume => (string?)volume!["class"] == sort).Sum(volume => (long?)volume!["copies"]![outcome] ?? 0);
}
