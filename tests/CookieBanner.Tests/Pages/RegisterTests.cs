using System.Text;
using Consent.Contracts;
using Consent.CookieBanner.Pages;
using FsCheck;
using FsCheck.Fluent;
using static Consent.CookieBanner.Tests.Pages.PageSamples;
using static Consent.CookieBanner.Tests.Samples;

namespace Consent.CookieBanner.Tests.Pages;

/// <summary>GDPR art. 30(1), letter by letter.</summary>
public class RegisterTests
{
    [Fact]
    public void G30_it_tells_a_to_g_of_each_purpose()
    {
        var register = RegisterOfProcessing.Of(Page(Full(), "en"));
        Assert.Equal(("Wolhuis", "info@wol.example"), (register.Controller.Name, register.PrivacyEmail));
        Assert.Equal(["necessary", "statistics", "letters"], register.Activities.Select(a => a.Id));
        var statistics = register.Activities[1];
        Assert.Equal(["Pages visited", "Health"], statistics.DataCategories);
        Assert.Equal(["Health"], statistics.SpecialCategories);
        Assert.Equal([("Meter Inc.", "IN", "standard-contractual-clauses")], statistics.Transfers.Select(t => (t.Name, t.Country, t.Safeguard)));
        Assert.Equal(["Mailer"], register.Activities[2].Recipients.Select(r => r.Name));
        Assert.Empty(register.Activities[2].Transfers);
        Assert.Equal("Kort", statistics.Retention);
        Assert.Equal(["Everything is encrypted."], register.Measures);
        Assert.Equal(["To the police in case of fraud."], register.Disclosures);
    }

    [Fact]
    public void G30_what_a_declaration_cannot_say_is_told_to_be_missing_and_not_to_be_absent()
    {
        var register = RegisterOfProcessing.Of(Page(Full()));
        Assert.Contains("categories-of-data-subjects", register.NotDeclared.Select(p => p.Id));
        var html = RenderRegister.Document(Page(Full()));
        Assert.Contains("Categorieën van betrokkenen niet opgegeven", HtmlOf.Section(html, "activity-statistics"), StringComparison.Ordinal);
        Assert.Contains("Functionaris gegevensbescherming niet opgegeven", HtmlOf.Section(html, "controller"), StringComparison.Ordinal);
    }

    [Fact]
    public void G30_a_term_in_working_days_is_told_in_working_days()
    {
        var purpose = Purpose("licence") with
        {
            Retention = new Retention { Term = new Term(0, 0, 14), WorkingDays = true, Trigger = "contract-ended", Description = Say("Veertien werkdagen") },
        };
        var html = RenderRegister.Document(Page(Declaration(purposes: [purpose], cookies: [])));
        Assert.Contains("Veertien werkdagen (14 werkdagen, begint bij contract-ended )", HtmlOf.Section(html, "activity-licence"), StringComparison.Ordinal);
    }

    [Fact]
    public void Warnings_stand_at_the_top_of_the_register_with_id_article_and_place()
    {
        var declaration = Full() with { ConsentValidFor = new Term(2, 0, 0) };
        var html = RenderRegister.Document(Page(declaration, "en"));
        Assert.True(html.IndexOf("consent-longer-than-a-year", StringComparison.Ordinal) < html.IndexOf("activity-necessary", StringComparison.Ordinal));
        Assert.Contains("A choice holds for longer than twelve months.", HtmlOf.Words(html), StringComparison.Ordinal);
        Assert.Contains("/consentValidFor", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("with, comma", "\"with, comma\"")]
    [InlineData("with \"quotes\"", "\"with \"\"quotes\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+31 20", "'+31 20")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("  =1", "'  =1")]
    [InlineData("＝1", "'＝1")]
    [InlineData("=HYPERLINK(\"https://evil.example\",\"x\")", "\"'=HYPERLINK(\"\"https://evil.example\"\",\"\"x\"\")\"")]
    [InlineData("", "")]
    public void G30_a_cell_is_quoted_by_rfc_4180_and_is_never_a_formula(string text, string cell) =>
        Assert.Equal(cell, RegisterCsv.Cell(text));

    [Fact]
    public void G30_whatever_the_texts_the_lines_read_back_as_they_were_but_for_the_apostrophe() =>
        Check.QuickThrowOnFailure(Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>[]>(), texts =>
        {
            var line = string.Join(',', texts.Select(t => RegisterCsv.Cell(t.Get))) + "\r\n";
            var read = ReadLine(line);
            return texts.Length == 0 || (read.Count == texts.Length
                && read.Zip(texts).All(pair => pair.First == pair.Second.Get || pair.First == "'" + pair.Second.Get)
                && read.All(cell => cell.Length == 0 || !"=+-@\t\r\n".Contains(cell[0])));
        }));

    [Fact]
    public void G30_the_csv_has_a_head_and_a_line_for_each_purpose_of_as_many_cells()
    {
        var lines = RegisterCsv.Of(Page(Full())).TrimStart('\ufeff').Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.All(lines, line => Assert.Equal(20, ReadLine(line).Count));
        Assert.Equal(lines[0], RegisterCsv.Of(Page(Full(), "en")).TrimStart('\ufeff').Split("\r\n")[0]);
        Assert.Contains("'+31 20 000 00 01", ReadLine(lines[1]));
    }

    /// <summary>One line of RFC 4180.</summary>
    private static List<string> ReadLine(string line)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quoted && c == '"' && i + 1 < line.Length && line[i + 1] == '"') cell.Append(line[++i]);
            else if (c == '"') quoted = !quoted;
            else if (!quoted && c == ',') Next();
            else if (!quoted && c is ('\r' or '\n')) break;
            else cell.Append(c);
        }

        Next();
        return cells;

        void Next()
        {
            cells.Add(cell.ToString());
            cell.Clear();
        }
    }
}
