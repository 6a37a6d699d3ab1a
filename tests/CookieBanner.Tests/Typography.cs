namespace Consent.CookieBanner.Tests;

/// <summary>How the official languages of the Union are written: quotation marks and letters as in Unicode CLDR and the Interinstitutional Style Guide.</summary>
internal static class Typography
{
    private static readonly Dictionary<string, (string Open, string Close, string Letters)> All = new(StringComparer.Ordinal)
    {
        ["bg"] = ("„", "“", "абвгдежзийклмнопрстуфхцчшщъьюяѝ"),
        ["cs"] = ("„", "“", Latin + "áčďéěíňóřšťúůýž"),
        ["da"] = ("”", "”", Latin + "æøåé"),
        ["de"] = ("„", "“", Latin + "äöüß"),
        ["el"] = ("«", "»", "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ"),
        ["en"] = ("‘", "’", Latin),
        ["es"] = ("«", "»", Latin + "áéíñóúü"),
        ["et"] = ("„", "“", Latin + "äõöüšž"),
        ["fi"] = ("”", "”", Latin + "äöå"),
        ["fr"] = ("«\u00a0", "\u00a0»", Latin + "àâæçéèêëîïôœùûüÿ"),
        ["ga"] = ("“", "”", Latin + "áéíóú"),
        ["hr"] = ("„", "”", Latin + "čćđšž"),
        ["hu"] = ("„", "”", Latin + "áéíóöőúüű"),
        ["it"] = ("«", "»", Latin + "àèéìòù"),
        ["lt"] = ("„", "“", Latin + "ąčęėįšųūž"),
        ["lv"] = ("„", "”", Latin + "āčēģīķļņšūž"),
        ["mt"] = ("“", "”", Latin + "ċġħżàèìòù"),
        ["nl"] = ("‘", "’", Latin + "áéëïóöü"),
        ["pl"] = ("„", "”", Latin + "ąćęłńóśźż"),
        ["pt"] = ("«", "»", Latin + "áâãàçéêíóôõú"),
        // With comma below: the letters with a cedilla are Turkish.
        ["ro"] = ("„", "”", Latin + "ăâîșț"),
        ["sk"] = ("„", "“", Latin + "áäčďéíĺľňóôŕšťúýž"),
        ["sl"] = ("»", "«", Latin + "čšž"),
        ["sv"] = ("”", "”", Latin + "åäöé"),
    };

    private const string Latin = "abcdefghijklmnopqrstuvwxyz";

    public static IEnumerable<string> Languages => All.Keys;

    /// <summary>Where an apostrophe marks a letter left out.</summary>
    public static IReadOnlySet<string> Apostrophe { get; } = new HashSet<string>(StringComparer.Ordinal) { "el", "fr", "ga", "it", "mt" };

    public static (string Open, string Close) Quotes(string language) => (All[language].Open, All[language].Close);

    public static string Letters(string language) => All[language].Letters;

    /// <summary>The word that Greek writes in Latin letters.</summary>
    public static string ForeignWord(string language) => language == "el" ? "cookies" : "\0";
}
