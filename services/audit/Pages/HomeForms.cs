namespace Consent.Audit.Pages;

/// <summary>What can be asked. Receipts are searched by what names nobody, in the address; persons are posted.</summary>
internal static class HomeForms
{
    public const string ReasonLength = "minlength=\"10\" maxlength=\"500\" autocomplete=\"off\"";
    private const string NotKept = "autocomplete=\"off\" spellcheck=\"false\"";

    /// <param name="sites">To choose from; none where they are typed.</param>
    public static string Of(Visit visit, IReadOnlyList<string> sites) => $"""
        <div class="cards">
        {Receipts(visit, sites, Filled.Nothing)}
        {Timeline(visit, sites, Filled.Nothing)}
        {InForce(visit, sites, Filled.Nothing)}
        </div>
        """;

    public static string Receipts(Visit visit, IReadOnlyList<string> sites, Filled filled)
    {
        var words = visit.Words;
        return $"""
            <form class="card" method="get" action="{AuditPages.Root}/receipts">
            <h2>{Html.Text(words.FindReceipts)}</h2>
            {FormSent.Mark}
            {filled.Field(words.ReceiptId, "id", "id", "text", words.ReceiptIdHint, required: false, NotKept)}
            {Site(words, sites, "receipts-site", required: false, filled)}
            {filled.Field(words.Purpose, "purpose", "receipts-purpose")}
            {filled.Field(words.Declaration, "declaration", "declaration", "text", words.DeclarationHint, required: false, NotKept)}
            {filled.Field(words.From, "from", "from", "date", words.DaysHint)}
            {filled.Field(words.Until, "until", "until", "date")}
            {filled.Field(words.Campaign, "campaign", "campaign", "text", words.CampaignHint)}
            {filled.Field(words.Subscriber, "subscriber", "subscriber", "text", words.SubscriberHint)}
            <button type="submit">{Html.Text(words.Search)}</button>
            </form>
            """;
    }

    public static string Timeline(Visit visit, IReadOnlyList<string> sites, Filled filled)
    {
        var words = visit.Words;
        return $"""
            <form class="card" method="post" action="{AuditPages.Root}/timeline">
            <h2>{Html.Text(words.Timeline)}</h2>
            <p>{Html.Text(words.TimelineLead)}</p>
            {visit.Token()}
            {Person(words, sites, "timeline", filled)}
            <button type="submit">{Html.Text(words.Show)}</button>
            </form>
            """;
    }

    public static string InForce(Visit visit, IReadOnlyList<string> sites, Filled filled)
    {
        var words = visit.Words;
        return $"""
            <form class="card" method="post" action="{AuditPages.Root}/in-force">
            <h2>{Html.Text(words.InForceTitle)}</h2>
            <p>{Html.Text(words.InForceLead)}</p>
            {visit.Token()}
            {Person(words, sites, "in-force", filled)}
            {filled.Field(words.Purpose, "purpose", "in-force-purpose", "text", null, required: true)}
            {filled.Field(words.AtMoment, "at", "in-force-at", "datetime-local", words.MomentHint, required: true, attributes: "step=\"1\"")}
            <button type="submit">{Html.Text(words.Ask)}</button>
            </form>
            """;
    }

    private static string Person(Words words, IReadOnlyList<string> sites, string form, Filled filled) =>
        Site(words, sites, $"{form}-site", required: true, filled)
        + filled.Field(words.Subject, "subject", $"{form}-subject", "text", words.SubjectHint, required: false, NotKept)
        + filled.Field(words.PersonsAddress, "address", $"{form}-address", "text", words.PersonsAddressHint, required: false, NotKept)
        + filled.Field(words.Reason, "reason", $"{form}-reason", "text", words.ReasonHint, required: false, ReasonLength);

    private static string Site(Words words, IReadOnlyList<string> sites, string id, bool required, Filled filled)
    {
        if (sites.Count == 0) return filled.Field(words.Site, "site", id, "text", null, required);
        var any = required && sites.Count > 1 ? $"<option value=\"\">{Html.Text(words.Choose)}</option>" : required ? "" : $"<option value=\"\">{Html.Text(words.EverySite)}</option>";
        var (chosen, fault) = (filled.Typed("site"), filled.FaultOf("site"));
        var options = string.Concat(sites.Select(site => $"<option{(site == chosen ? " selected" : "")}>{Html.Text(site)}</option>"));
        return $"<p class=\"field\"><label for=\"{id}\">{Html.Text(words.Site)}</label>{Html.Fault(id, fault)}"
            + $"<select id=\"{id}\" name=\"site\"{(required ? " required" : "")}{Html.Described(id, isHinted: false, fault)}>{any}{options}</select></p>";
    }
}
