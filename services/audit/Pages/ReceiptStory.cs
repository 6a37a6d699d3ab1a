using Consent.Contracts;

namespace Consent.Audit.Pages;

/// <summary>What happened to one receipt, in order: the text that was published, the decision, the receipt, its publication, who applied it when, its entry in the log.</summary>
internal static class ReceiptStory
{
    public static string Of(Visit visit, Trace trace, CheckedReceipt check)
    {
        var words = visit.Words;
        var rows = new List<IReadOnlyList<string>>();
        if (trace.Declaration?.PublishedAt is { } published)
            rows.Add([Html.Time(published, words), Html.Text(words.StepText.Fill(("version", $"{trace.Declaration.Version}"))), Html.Code("consent"), ""]);
        rows.AddRange(trace.Story.Select(step => (IReadOnlyList<string>)
        [
            Html.Time(step.At, words), Html.Text(Sentence(words, step, trace.Receipt)), Html.Code(step.By), step.What == "applied" ? Told(visit, check, step.By) : "",
        ]));
        if (check.Own is { } own) rows.Add([Html.Time(own.At, words), Html.Text(words.StepLogged.Fill(("n", words.Number(own.Index)))), Html.Code("audit"), ReceiptChecks.Short(visit, own)]);
        return Html.Table(words.StoryCaption, [words.When, words.What, words.By, words.InTheLog], rows);
    }

    /// <summary>Audit's own word is its log, and has no entry beside the receipt's.</summary>
    private static string Told(Visit visit, CheckedReceipt check, string subscriber) =>
        subscriber == AuditSetup.Service ? "" : ReceiptChecks.Short(visit, check.Told.GetValueOrDefault(subscriber));

    private static string Sentence(Words words, Step step, Receipt receipt) => words.Steps.TryGetValue(step.What, out var sentence)
        ? sentence.Fill(("by", step.By), ("version", words.Number(receipt.Version)), ("shown", $"{receipt.DeclarationVersion}"))
        : step.Text;
}
