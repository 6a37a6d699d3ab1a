using System.Text.RegularExpressions;
using Consent.Tests.Support;

namespace Consent.Connectors.Tests;

public sealed partial class ReadmeTests
{
    [Fact]
    public void Every_setting_that_is_read_is_told()
    {
        var settings = File.ReadAllText(Path.Combine(Repository.Root, "services", "subscribers", "connectors", "ConnectorSettings.cs"));
        var read = Setting().Matches(settings).Select(m => m.Value).Distinct(StringComparer.Ordinal).ToList();
        Assert.Equal(9, read.Count);
        Assert.All(read, name => Assert.Contains($"`{name}`", Readme(), StringComparison.Ordinal));
    }

    [Fact]
    public void Every_system_stands_in_the_table()
    {
        string[] names = ["listmonk", "Mailchimp", "Amazon SES", "Mautic", "Brevo"];
        var head = Readme().Split('\n').Single(line => line.StartsWith("| |", StringComparison.Ordinal) && line.Contains(names[0], StringComparison.Ordinal));
        Assert.All(names, name => Assert.Contains($"| {name} (", head, StringComparison.Ordinal));
    }

    [Fact]
    public void Of_every_system_it_is_told_what_becomes_of_transactional_mail_and_of_public_lists_of_objections()
    {
        var row = Readme().Split('\n').Single(line => line.StartsWith("| transactional mail there |", StringComparison.Ordinal));
        var cells = row.Trim('|', ' ').Split('|');
        Assert.Equal(6, cells.Length);
        Assert.All(cells, cell => Assert.NotEmpty(cell.Trim()));
        Assert.Contains("(`register` in the answer of a check", Readme(), StringComparison.Ordinal);
    }

    private static string Readme()
    {
        using var stream = typeof(ReadmeTests).Assembly.GetManifestResourceStream("README.md")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex("Connectors:[A-Za-z]+")]
    private static partial Regex Setting();
}
