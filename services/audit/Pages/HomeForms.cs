namespace Consent.Audit.Pages;

/// <summary>What can be asked. Receipts are searched by what names nobody, in the address; persons are posted.</summary>
internal static class HomeForms
{
    private const string ReasonLength = "minlength=\"10\" maxlength=\"500\" autocomplete=\"off\"";
    private const string NotKept = "autocomplete=\"off\" spellcheck=\"false\"";

    /// <param name="sites">To choose from; none where they are typed.</param>
    public static string Of(Visit visit, IReadOnlyList<string> sites)
    {
        var words = visit.Words;
        return $"""
            <div class="cards">
            <form class="card" method="get" action="{AuditPages.Root}/receipts">
            <h2>{Html.Text(words.FindReceipts)}</h2>
            {Html.Field(words.ReceiptId, "id", "id", "text", words.ReceiptIdHint, required: false, NotKept)}
            {Site(words, sites, "receipts-site", required: false)}
            {Html.Field(words.Purpose, "purpose", "receipts-purpose")}
            {Html.Field(words.Declaration, "declaration", "declaration", "text", words.DeclarationHint, required: false, NotKept)}
            {Html.Field(words.From, "from", "from", "date", words.DaysHint)}
            {Html.Field(words.Until, "until", "until", "date")}
            {Html.Field(words.Campaign, "campaign", "campaign", "text", words.CampaignHint)}
            {Html.Field(words.Subscriber, "subscriber", "subscriber", "text", words.SubscriberHint)}
            <button type="submit">{Html.Text(words.Search)}</button>
            </form>
            <form class="card" method="post" action="{AuditPages.Root}/timeline">
            <h2>{Html.Text(words.Timeline)}</h2>
            <p>{Html.Text(words.TimelineLead)}</p>
            {visit.Token()}
            {Person(words, sites, "timeline")}
            <button type="submit">{Html.Text(words.Show)}</button>
            </form>
            <form class="card" method="post" action="{AuditPages.Root}/in-force">
            <h2>{Html.Text(words.InForceTitle)}</h2>
            <p>{Html.Text(words.InForceLead)}</p>
            {visit.Token()}
            {Person(words, sites, "in-force")}
            {Html.Field(words.Purpose, "purpose", "in-force-purpose", "text", null, required: true)}
            {Html.Field(words.AtMoment, "at", "in-force-at", "datetime-local", words.MomentHint, required: true)}
            <button type="submit">{Html.Text(words.Ask)}</button>
            </form>
            </div>
            """;
    }

    private static string Person(Words words, IReadOnlyList<string> sites, string form) =>
        Site(words, sites, $"{form}-site", required: true)
        + Html.Field(words.Subject, "subject", $"{form}-subject", "text", words.SubjectHint, required: false, NotKept)
        + Html.Field(words.PersonsAddress, "address", $"{form}-address", "text", words.PersonsAddressHint, required: false, NotKept)
        + Html.Field(words.Reason, "reason", $"{form}-reason", "text", words.ReasonHint, required: false, ReasonLength);

    private static string Site(Words words, IReadOnlyList<string> sites, string id, bool required)
    {
        if (sites.Count == 0) return Html.Field(words.Site, "site", id, "text", null, required);
        var any = required && sites.Count > 1 ? $"<option value=\"\">{Html.Text(words.Choose)}</option>" : required ? "" : $"<option value=\"\">{Html.Text(words.EverySite)}</option>";
        var options = string.Concat(sites.Select(site => $"<option>{Html.Text(site)}</option>"));
        return $"<p class=\"field\"><label for=\"{id}\">{Html.Text(words.Site)}</label><select id=\"{id}\" name=\"site\"{(required ? " required" : "")}>{any}{options}</select></p>";
    }
}
