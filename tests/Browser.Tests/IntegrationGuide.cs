using Consent.Tests.Support;

namespace Consent.Browser.Tests;

/// <summary>What INTEGRATE.md tells a reader to copy, so that the guide itself is tried; and where the integrations lie.</summary>
internal static class IntegrationGuide
{
    /// <summary>The gateway and the site as the guide names them.</summary>
    public const string Gateway = "https://consent.example";
    public const string Site = "my-site";

    private const string Indent = "    ";

    /// <summary>The indented block that follows the one line which ends in these words.</summary>
    public static string BlockAfter(string words)
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "services", "cookie-banner", "INTEGRATE.md"));
        var line = Assert.Single(Enumerable.Range(0, lines.Length), i => lines[i].EndsWith(words, StringComparison.Ordinal));
        var block = lines.Skip(line + 1).SkipWhile(l => l.Length == 0).TakeWhile(l => l.Length == 0 || l.StartsWith(Indent, StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(block);
        return string.Join('\n', block.Select(l => l.Length == 0 ? l : l[Indent.Length..])).TrimEnd();
    }

    /// <summary>A block with the address of the gateway that runs.</summary>
    public static string At(this string block, Uri gateway) => block.Replace(Gateway, gateway.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal);

    public static string Integration(params string[] path) => Path.Combine([Repository.Root, "services", "cookie-banner", "integrations", .. path]);

    /// <summary>A file beside the tests.</summary>
    public static string Beside(params string[] path) => Path.Combine([Repository.Root, "tests", "Browser.Tests", .. path]);
}
