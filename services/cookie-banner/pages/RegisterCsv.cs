using System.Text;
using Consent.Contracts;

namespace Consent.CookieBanner.Pages;

/// <summary>
/// The register as CSV (RFC 4180: CRLF, quotes doubled), one line for each purpose. A cell that a spreadsheet would take for a formula
/// begins with an apostrophe, which it shows as text (OWASP, "CSV Injection"). Begins with a byte order mark: without it the commonest
/// spreadsheet reads UTF-8 as something else.
/// </summary>
internal static class RegisterCsv
{
    public const string ByteOrderMark = "\ufeff";

    /// <summary>By their names a program finds them: the same in every language, and a new one comes at the end.</summary>
    private static readonly string[] Columns =
    [
        "Website", "Who is responsible", "Address", "E-mail", "Telephone", "Data protection officer", "Purpose of the processing", "Description", "Legal basis",
        "Our interest, and how we weighed it", "Categories of data subjects", "Data", "special category of personal data", "Who receives them",
        "Transfers outside the EEA", "How long we keep them", "How we protect data", "Representative in the European Union", "Joint controllers",
        "When we disclose data",
    ];

    public static string Of(Page page)
    {
        var register = RegisterOfProcessing.Of(page);
        var (words, controller) = (page.Words, register.Controller);
        var csv = new StringBuilder(ByteOrderMark);
        Append(csv, Columns);
        foreach (var activity in register.Activities)
        {
            Append(csv,
                register.Site, controller.Name, $"{controller.Address}, {controller.Postcode} {controller.City}, {page.Country(controller.Country)}", controller.Email,
                controller.Phone ?? "", Officer(page, controller), activity.Purpose, activity.Description, words.Bases[activity.LegalBasis], activity.Interest ?? "",
                activity.DataSubjects ?? words.Register.Missing, Joined(activity.DataCategories), Joined(activity.SpecialCategories),
                Joined(activity.Recipients.Select(r => $"{r.Name} ({page.Country(r.Country)}; {words.Roles[r.Role]})")),
                Joined(activity.Transfers.Select(r => $"{r.Name} ({page.Country(r.Country)}; {(r.Safeguard is { } s ? words.Safeguards.GetValueOrDefault(s, s) : words.None)})")),
                activity.Retention, register.Measures.Count == 0 ? words.Register.Missing : Joined(register.Measures), Representative(page, controller),
                Joined(register.JointControllers.Select(r => $"{r.Name} ({page.Country(r.Country)}; {r.Contact ?? words.Register.Missing})")),
                Joined(register.Disclosures));
        }

        return csv.ToString();
    }

    /// <summary>A cell as it stands in the file.</summary>
    public static string Cell(string text)
    {
        var harmless = IsFormula(text) ? "'" + text : text;
        return harmless.AsSpan().IndexOfAny(",\"\r\n;") >= 0 || harmless != harmless.Trim() ? $"\"{harmless.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : harmless;
    }

    private static string Officer(Page page, Controller controller) => controller.DataProtectionOfficer is { } officer
        ? Joined(((string?[])[officer.Name, officer.Email, officer.Phone]).OfType<string>())
        : page.Words.Register.Missing;

    private static string Representative(Page page, Controller controller) => controller.Representative is { } representative
        ? Joined([representative.Name, representative.Address, page.Country(representative.Country), representative.Email])
        : RegisterOfProcessing.LacksRepresentative(controller) ? page.Words.Register.Missing : "";

    private static string Joined(IEnumerable<string> texts) => string.Join("; ", texts);

    private static void Append(StringBuilder csv, params IEnumerable<string> cells) => csv.AppendJoin(',', cells.Select(Cell)).Append("\r\n");

    /// <summary>Also after white space, and in the wide forms that some spreadsheets read alike.</summary>
    private static bool IsFormula(string text) =>
        text.Length > 0 && (text[0] is '\t' or '\r' or '\n' || text.AsSpan().TrimStart() is [('=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠'), ..]);
}
