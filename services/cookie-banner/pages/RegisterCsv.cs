using System.Text;

namespace Consent.CookieBanner.Pages;

/// <summary>
/// The register as CSV (RFC 4180: CRLF, quotes doubled), one line for each purpose. A cell that a spreadsheet would take for a formula
/// begins with an apostrophe, which it shows as text (OWASP, "CSV Injection"). Begins with a byte order mark: without it the commonest
/// spreadsheet reads UTF-8 as something else.
/// </summary>
internal static class RegisterCsv
{
    public const string ByteOrderMark = "\ufeff";

    public static string Of(Page page)
    {
        var register = RegisterOfProcessing.Of(page);
        var (words, privacy, controller) = (page.Words.Register, page.Words.Privacy, register.Controller);
        var csv = new StringBuilder(ByteOrderMark);
        Append(csv,
            words.Site, privacy.Controller, privacy.Address, privacy.Email, privacy.Phone, privacy.DataProtectionOfficer, words.Purpose, words.Description, privacy.Basis,
            privacy.Interest, words.Subjects, privacy.Data, privacy.Special, privacy.Recipients, words.Transfers, privacy.Retention, privacy.Measures);
        foreach (var activity in register.Activities)
        {
            Append(csv,
                register.Site, controller.Name, $"{controller.Address}, {controller.Postcode} {controller.City}, {page.Country(controller.Country)}", controller.Email,
                controller.Phone ?? "", controller.DataProtectionOfficer is { } officer ? Joined(((string?[])[officer.Name, officer.Email, officer.Phone]).OfType<string>()) : words.Missing, activity.Purpose, activity.Description, page.Words.Bases[activity.LegalBasis], activity.Interest ?? "",
                activity.DataSubjects ?? words.Missing, Joined(activity.DataCategories), Joined(activity.SpecialCategories),
                Joined(activity.Recipients.Select(r => $"{r.Name} ({page.Country(r.Country)}; {page.Words.Roles[r.Role]})")),
                Joined(activity.Transfers.Select(r => $"{r.Name} ({page.Country(r.Country)}; {(r.Safeguard is { } s ? page.Words.Safeguards.GetValueOrDefault(s, s) : page.Words.None)})")),
                activity.Retention, Joined(register.Measures));
        }

        return csv.ToString();
    }

    /// <summary>A cell as it stands in the file.</summary>
    public static string Cell(string text)
    {
        var harmless = IsFormula(text) ? "'" + text : text;
        return harmless.AsSpan().IndexOfAny(",\"\r\n;") >= 0 || harmless != harmless.Trim() ? $"\"{harmless.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : harmless;
    }

    private static string Joined(IEnumerable<string> texts) => string.Join("; ", texts);

    private static void Append(StringBuilder csv, params IEnumerable<string> cells) => csv.AppendJoin(',', cells.Select(Cell)).Append("\r\n");

    /// <summary>Also after white space, and in the wide forms that some spreadsheets read alike.</summary>
    private static bool IsFormula(string text) =>
        text.Length > 0 && (text[0] is '\t' or '\r' or '\n' || text.AsSpan().TrimStart() is [('=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠'), ..]);
}
