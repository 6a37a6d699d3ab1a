using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Consent.Audit.Tests.Logs;
using Consent.Contracts;
using Consent.Tests.Support;
using Consent.VerifiableLog;

namespace Consent.Audit.Tests.Evidence;

/// <summary>What leaves the house for somebody who trusts nobody's word: checked here by the command line, which has no code of the service.</summary>
public sealed class EvidencePackageTests : IDisposable
{
    private const string Path = "/v1/audit/evidence/receipt-1";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_package_is_verified_by_its_bytes_and_the_log_s_keys_alone()
    {
        await using var audit = await HeardAsync();
        var package = await SaveAsync(audit);
        await File.WriteAllLinesAsync(_folder.File("keys"), (await audit.KeysAsync()).Select(key => key.ToString()));

        var (code, output, errors) = await CommandLine.RunAsync("verify", package, "--key", _folder.File("keys"));
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("receipt.json is what the log commits to, byte for byte: receipt receipt-1.", output, StringComparison.Ordinal);
        Assert.Contains($"declaration.json is what the receipt names: its SHA-256 is {Samples.Declaration().Hash}.", output, StringComparison.Ordinal);
        Assert.Contains("text.json has the words of declaration.json, in the receipt's language.", output, StringComparison.Ordinal);
        Assert.Contains("declaration: it is the publication of declaration.json.", output, StringComparison.Ordinal);
        Assert.Contains("delivery-1: connectors/listmonk/0123 applied this receipt at 2026-06-03T12:00:00.090Z, by its own word.", output, StringComparison.Ordinal);
        Assert.Contains("delivery-2: newsletter applied this receipt at 2026-06-03T12:00:00.080Z, by its own word.", output, StringComparison.Ordinal);
        Assert.EndsWith("It verifies.", output, StringComparison.Ordinal);

        using var foreign = new EcdsaNoteSigner("localhost/log/tuinhuis", ECDsa.Create(ECCurve.NamedCurves.nistP256));
        (code, _, errors) = await CommandLine.RunAsync("verify", package, "--key", foreign.Key.ToString());
        Assert.Equal(1, code);
        Assert.EndsWith("It does not verify.", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_led_to_a_receipt_is_proved_with_it_and_finds_it()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Publication());
        await audit.HearAsync(Samples.OptOut());
        await audit.HearAsync(Samples.Choice(causedBy: "opt-out-1") with { Stream = "0123456789abcdef0123" });
        await audit.RoundAsync();

        var (code, output, errors) = await CommandLine.RunAsync("verify", await SaveAsync(audit, "/v1/audit/evidence/opt-out-1"));
        Assert.Equal((4, ""), (code, errors));
        Assert.Contains("cause: it is what led to the receipt.", output, StringComparison.Ordinal);
        Assert.Contains("receipt receipt-1.", output, StringComparison.Ordinal);
        Assert.Contains("No key was given, so this rests on the keys in the package", output, StringComparison.Ordinal);
        Assert.EndsWith("It is consistent, by its own keys alone.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_one_checkpoint_a_package_is_the_same_each_time_but_for_the_signature()
    {
        await using var audit = await HeardAsync();
        var (one, other) = (Files(await SaveAsync(audit)), Files(await SaveAsync(audit)));

        Assert.Equal(
            [
                "VERIFY.md", "cover.html", "receipt.json", "declaration.json", "text.json", "trace.json", "proofs/receipt.json", "proofs/receipt.tlog-proof", "proofs/declaration.json",
                "proofs/declaration.tlog-proof", "proofs/delivery-1.json", "proofs/delivery-1.tlog-proof", "proofs/delivery-2.json", "proofs/delivery-2.tlog-proof", "checkpoint", "keys",
                "manifest.json", "manifest.note",
            ],
            one.Select(file => file.Name));
        Assert.All(one.Where(file => file.Name != "manifest.note").Zip(other), pair => Assert.Equal(pair.First.Text, pair.Second.Text));
        Assert.All(one, file => Assert.Equal(new DateTime(1980, 1, 1), file.Dated));
        Assert.Equal(2, Text(one, "manifest.note").Split("\n\n")[0].Split('\n').Length);
    }

    [Fact]
    public async Task The_cover_and_the_manual_are_in_both_languages_and_hostile_words_stay_words()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Publication());
        var choice = Samples.Choice();
        await audit.HearAsync(choice with { Receipt = choice.Receipt with { Action = "<img src=x onerror=alert(1)>" } });
        await audit.RoundAsync();
        var files = Files(await SaveAsync(audit));

        var cover = Text(files, "cover.html");
        Assert.Contains("<section lang=\"nl\">", cover, StringComparison.Ordinal);
        Assert.Contains("<section lang=\"en\">", cover, StringComparison.Ordinal);
        Assert.Contains("Wij tellen welke pagina", cover, StringComparison.Ordinal);
        Assert.Contains("&lt;img src=x", cover, StringComparison.Ordinal);
        foreach (var active in (string[])["<img", "<script", "src=\"", "href=\"", "url("]) Assert.DoesNotContain(active, cover, StringComparison.OrdinalIgnoreCase);
        var manual = Text(files, "VERIFY.md");
        Assert.Contains("localhost/log/tuinhuis", manual, StringComparison.Ordinal);
        Assert.DoesNotContain("{log}", manual, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "Het ontvangstbewijs noemt geen taal.", "The receipt names no language.")]
    [InlineData("fy", "Het ontvangstbewijs noemt de taal fy", "The receipt names the language fy")]
    public async Task A_language_that_is_not_known_is_not_asserted(string? language, string dutch, string english)
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Publication());
        await audit.HearAsync(Samples.Choice(language: language));
        await audit.RoundAsync();
        var package = await SaveAsync(audit);

        var cover = WebUtility.HtmlDecode(Text(Files(package), "cover.html"));
        foreach (var words in (string[])["Een van de teksten van de verklaring", dutch, "One of the texts of the declaration", english, "texts in: nl, en; which of them was shown is not known"])
            Assert.Contains(words, cover, StringComparison.Ordinal);
        foreach (var assertion in (string[])["De tekst die getoond werd", "The text that was shown"]) Assert.DoesNotContain(assertion, cover, StringComparison.Ordinal);
        Assert.Equal(["nl", "en"], JsonNode.Parse(Text(Files(package), "text.json"))!["oneOf"]!.AsArray().Select(l => (string?)l));
        var (code, output, _) = await CommandLine.RunAsync("verify", package);
        Assert.Equal(4, code);
        Assert.Contains("so which of its texts was shown is not known.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_the_manual_s_own_commands_a_file_that_was_added_is_found()
    {
        await using var audit = await HeardAsync();
        var package = await SaveAsync(audit);
        var folder = Directory.CreateDirectory(_folder.File("unpacked", "evidence")).FullName;
        await ZipFile.ExtractToDirectoryAsync(package, folder);
        var manual = (await File.ReadAllLinesAsync(System.IO.Path.Combine(folder, "VERIFY.md"))).Select(line => line.Trim());
        var commands = string.Join('\n', manual.SkipWhile(line => !line.StartsWith("sed -n 2p", StringComparison.Ordinal)).TakeWhile(line => line.Length > 0));
        var (code, said) = await ShellAsync(commands, folder);
        Assert.True(code == 0, said);

        await File.WriteAllTextAsync(System.IO.Path.Combine(folder, "cover-english.html"), "Another story.");
        (code, said) = await ShellAsync(commands, folder);
        Assert.Equal(1, code);
        Assert.EndsWith("> cover-english.html\n", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_package_is_for_whom_the_receipt_is_open_to_waits_for_the_log_and_is_a_look()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Publication());
        await audit.HearAsync(Samples.Choice());
        using var early = await audit.GetAsync(Path, audit.Token("audit", Samples.Controller));
        await ProblemOf.IsAsync(early, 503, "evidence-pending");
        Assert.NotNull(early.Headers.RetryAfter);

        await audit.RoundAsync();
        await ProblemOf.IsAsync(await audit.GetAsync(Path), 401, "token-needed");
        await ProblemOf.IsAsync(await audit.GetAsync(Path, audit.Token("consent", "*")), 403, "scope-needed");
        await ProblemOf.IsAsync(await audit.GetAsync(Path, audit.Token("audit", "bakkers")), 404, "unknown-receipt");
        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/evidence/no-such", audit.Token("audit", "*")), 404, "unknown-receipt");
        Assert.DoesNotContain("access", await audit.ClassesAsync());

        using var answer = await audit.GetAsync(Path, audit.Token("audit", Samples.Controller));
        Assert.Equal((HttpStatusCode.OK, "application/zip", true), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, answer.Headers.CacheControl?.NoStore));
        Assert.DoesNotContain("receipt-1", answer.Content.Headers.ContentDisposition!.ToString(), StringComparison.Ordinal);
        await audit.RoundAsync();
        Assert.Equal("access", (await audit.ClassesAsync())[^1]);
    }

    [Fact]
    public async Task What_was_shown_on_a_banner_is_where_the_receipt_says_and_a_choice_elsewhere_had_none()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Publication());
        var choice = Samples.Choice("on-a-banner");
        await audit.HearAsync(choice with { Receipt = choice.Receipt with { Collection = new Collection("0123456789ab", "settings", "save"), Gpc = true } });
        await audit.HearAsync(Samples.Choice("elsewhere"));
        var token = audit.Token("audit", Samples.Controller);

        using var shown = await audit.GetAsync("/v1/audit/trace/on-a-banner/banner", token);
        Assert.Equal(
            (HttpStatusCode.Redirect, $"/banner/tuin/shown/{Samples.Declaration().Hash}?lang=nl&layout=settings&build=0123456789ab&element=save&gpc=1&action=accept-all&decided=statistics"),
            (shown.StatusCode, shown.Headers.Location?.OriginalString));
        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/trace/elsewhere/banner", token), 404, "no-banner");
        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/trace/on-a-banner/banner", audit.Token("audit", "bakkers")), 404, "unknown-receipt");
    }

    [Fact]
    public async Task Of_whom_is_restricted_only_a_privacy_officer_who_says_why_has_evidence()
    {
        await using var audit = await HeardAsync();
        var placed = await audit.PostAsync(
            "/v1/audit/restrictions", new JsonObject { ["site"] = Samples.Site, ["subject"] = Samples.Choice().Receipt.SubjectId, ["ground"] = "objection-pending" },
            audit.Token("privacy-officer", Samples.Controller));
        Assert.True(placed.IsSuccessStatusCode);

        await ProblemOf.IsAsync(await audit.GetAsync(Path, audit.Token("audit", Samples.Controller)), 403, "person-restricted");
        var asked = new { id = "receipt-1", reason = "The court of Ede asked for it." };
        await ProblemOf.IsAsync(await audit.PostAsync("/v1/audit/evidence", asked, audit.Token("audit", Samples.Controller)), 403, "person-restricted");
        using var told = await audit.PostAsync("/v1/audit/evidence", asked, audit.Token("audit privacy-officer", Samples.Controller));
        Assert.Equal("application/zip", told.Content.Headers.ContentType?.MediaType);
    }

    private async Task<AuditWithLogs> HeardAsync()
    {
        var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Publication());
        await audit.HearAsync(Samples.Choice());
        await audit.HearAsync(Samples.Applied("newsletter", 80));
        await audit.HearAsync(Samples.Applied("connectors/listmonk/0123", 90));
        await audit.RoundAsync();
        return audit;
    }

    private async Task<string> SaveAsync(AuditWithLogs audit, string path = Path)
    {
        using var answer = await audit.GetAsync(path, audit.Token("audit", Samples.Controller));
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(answer.IsSuccessStatusCode, Encoding.UTF8.GetString(bytes));
        var file = _folder.File($"{RandomId.New()}.zip");
        await File.WriteAllBytesAsync(file, bytes);
        return file;
    }

    private static async Task<(int Code, string Said)> ShellAsync(string commands, string folder)
    {
        var start = new ProcessStartInfo("sh", ["-ec", commands]) { WorkingDirectory = folder, RedirectStandardOutput = true, UseShellExecute = false };
        using var shell = Process.Start(start)!;
        var said = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        return (shell.ExitCode, said);
    }

    private static List<(string Name, string Text, DateTime Dated)> Files(string package)
    {
        using var zip = ZipFile.OpenRead(package);
        return [.. zip.Entries.Select(entry => (entry.FullName, TextOf(entry), entry.LastWriteTime.DateTime))];

        static string TextOf(ZipArchiveEntry entry)
        {
            using var reader = new StreamReader(entry.Open(), Encoding.UTF8);
            return reader.ReadToEnd();
        }
    }

    private static string Text(List<(string Name, string Text, DateTime Dated)> files, string name) => files.Single(file => file.Name == name).Text;
}
