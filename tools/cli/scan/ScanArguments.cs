using System.CommandLine;
using System.Globalization;

namespace Consent.Cli.Scan;

/// <summary>What can be said on the command line, and what is refused there.</summary>
internal sealed class ScanArguments
{
    private const int MostPages = 500, MostLinger = 60;

    public readonly Argument<string> Address = new("address") { Description = "The page to start from, such as https://www.site.example/." };
    public readonly Option<FileInfo> Declaration = new Option<FileInfo>("--declaration") { Description = "The declaration, YAML or JSON." }.AcceptExistingOnly();
    public readonly Option<string> Site = new("--site") { Description = "Or the site whose declaration is in force at --gateway." };
    public readonly Option<string> Gateway = GatewayClient.GatewayOption();
    public readonly Option<int> Pages = Number("--pages", 10, 0, MostPages, "How many pages beside the start page, at most: links on the same origin.");
    public readonly Option<string> Refuse = new("--refuse-selector") { Description = "CSS selector of the button that refuses, for another banner than Consent's." };
    public readonly Option<string> Accept = new("--accept-selector") { Description = "CSS selector of the button that accepts." };
    public readonly Option<string[]> VendorHosts = new("--vendor-host") { Description = "vendor=host: this host, and those under it, are this vendor's. May be repeated." };
    public readonly Option<string[]> FirstParty = new("--first-party") { Description = "A host that is the site's own, such as a gateway on another domain. May be repeated; the declaration's origins are." };
    public readonly Option<bool> Json = new("--json") { Description = "Answer in JSON, for programs; its pictures come with --screenshots." };
    public readonly Option<FileInfo> Html = new("--html") { Description = "Writes a report with screenshots into this file." };
    public readonly Option<DirectoryInfo> Screenshots = new("--screenshots") { Description = "Writes what a visitor sees into this folder, as before.jpg, refused.jpg and accepted.jpg, which the JSON then names." };
    public readonly Option<string> Language = new Option<string>("--lang") { Description = "Language of that report and of the visitor.", DefaultValueFactory = _ => "en" }.AcceptOnlyFromAmong("nl", "en");
    public readonly Option<bool> Strict = new("--strict") { Description = "Exit code 4 also for what is declared and was never seen." };
    public readonly Option<string> Chromium = new("--chromium") { Description = "Program file of the browser, where it is not found by itself." };
    public readonly Option<int> Width = Number("--width", 1280, 320, 3840, "Of the window, in CSS pixels.");
    public readonly Option<int> Timeout = Number("--timeout", 30, 1, 600, "Seconds to wait for a page, and for the banner.");
    public readonly Option<int> Linger = Number(
        "--linger", 5, 0, MostLinger, "Seconds to stay on each page, with the mouse moving, for what comes by a timer. Pages times three visits times this is what a scan takes, at least.");

    public ScanArguments()
    {
        Address.Validators.Add(given =>
        {
            if (!(Uri.TryCreate(given.Tokens[0].Value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0 && uri.UserInfo.Length == 0))
                given.AddError("The address is one of http or https, without a name or password in it, such as https://www.site.example/.");
        });
        VendorHosts.Validators.Add(given =>
        {
            if (given.Tokens.FirstOrDefault(t => VendorHost(t.Value) is not ({ Length: > 0 }, { Length: > 0 })) is { } wrong) given.AddError($"--vendor-host is vendor=host, and not {wrong.Value}.");
        });
    }

    public static (string Vendor, string Host) VendorHost(string given) =>
        given.Split('=', 2) is [var vendor, var host] && Uri.CheckHostName(host) != UriHostNameType.Unknown ? (vendor, host.ToLowerInvariant()) : ("", "");

    public void AddTo(Command command)
    {
        command.Add(Address);
        foreach (var option in (Option[])[Declaration, Site, Gateway, Pages, Refuse, Accept, VendorHosts, FirstParty, Json, Html, Screenshots, Language, Strict, Chromium, Width, Timeout, Linger])
            command.Add(option);
        command.Validators.Add(given =>
        {
            if (given.GetResult(Declaration) is null == given.GetResult(Site) is null) given.AddError("Name the declaration: with --declaration FILE, or with --site and --gateway.");
            if (given.GetValue(Html) is { Directory.Exists: false } html) given.AddError($"There is no folder {html.DirectoryName} for the report.");
            if (given.GetValue(Screenshots) is { } shots && File.Exists(shots.FullName)) given.AddError($"{shots.FullName} is a file, and --screenshots names a folder.");
            if (given.GetResult(Refuse) is null != given.GetResult(Accept) is null) given.AddError("Another banner has two buttons to name: --refuse-selector and --accept-selector.");
        });
    }

    private static Option<int> Number(string name, int usual, int least, int most, string description)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => usual };
        option.Validators.Add(given =>
        {
            // What is no number at all is told here too: asked for its value, the library would throw.
            if (given.Tokens.Any(t => !int.TryParse(t.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) || number < least || number > most))
                given.AddError($"{name} is a whole number from {least} to {most}.");
        });
        return option;
    }
}
