namespace Consent.Audit.Pages;

/// <summary>What the check of a receipt came to: as a plain sentence, in a word, and in detail.</summary>
internal static class ReceiptChecks
{
    public static string State(Visit visit, CheckedReceipt check)
    {
        var words = visit.Words;
        var wrong = check.Told.Where(t => !t.Value.IsRight).Select(t => t.Key).Order(StringComparer.Ordinal).ToList();
        return check.Own switch
        {
            null => State("open", words.NotYetTitle, words.NotYet),
            { IsRight: true } own when wrong.Count == 0 => State("good", words.RightTitle, words.Right.Fill(Places(words, own))),
            { IsRight: true } => State("bad", words.WrongTitle, words.WrongTold.Fill(("names", string.Join(", ", wrong)))),
            { } own => State("bad", words.WrongTitle, words.Wrong.Fill([.. Places(words, own), ("faults", Faults(words, own))])),
        };
    }

    /// <summary>For one line of a table.</summary>
    public static string Short(Visit visit, EntryCheck? check) => Html.Text(check is null
        ? visit.Words.NotYetShort
        : (check.IsRight ? visit.Words.RightShort : visit.Words.WrongShort).Fill(("n", visit.Words.Number(check.Index))));

    public static string Details(Visit visit, CheckedReceipt check)
    {
        var words = visit.Words;
        if (check.Own is not { } own) return $"<p>{Html.Text(words.NotYet)}</p>";
        return Html.Facts(
            (words.Log, Html.Code(own.Origin)),
            (words.Entry, Html.Text(words.Number(own.Index))),
            (words.TakenAt, Html.Time(own.At, words)),
            (words.CheckOfEntry, Html.Text(own.IsOfRecord ? words.IsRight : words.IsWrong)),
            (words.CheckOfPlace, Html.Text(own.IsInTree ? words.IsRight : words.IsWrong)),
            (words.CheckOfSignature, Html.Text(own.SignedBy.Count > 0 ? $"{words.IsRight} ({string.Join(", ", own.SignedBy)})" : words.IsWrong)),
            (words.CheckpointSize, Html.Text(words.Number(own.Size))),
            (words.Root, Html.Code(own.Root)))
            + $"<p class=\"quiet-text\">{Html.Text(words.CheckYourself)}</p>";
    }

    private static string State(string look, string title, string text) => $"<div class=\"state {look}\"><strong>{Html.Text(title)}</strong><p>{Html.Text(text)}</p></div>";

    private static (string Place, string? Text)[] Places(Words words, EntryCheck own) =>
        [("n", words.Number(own.Index)), ("log", own.Origin), ("at", words.Moment(own.At)), ("size", words.Number(own.Size)), ("keys", string.Join(", ", own.SignedBy))];

    private static string Faults(Words words, EntryCheck own) => string.Join(", ", new[]
    {
        own.IsOfRecord ? null : words.CheckOfEntry,
        own.IsInTree ? null : words.CheckOfPlace,
        own.SignedBy.Count > 0 ? null : words.CheckOfSignature,
    }.OfType<string>());
}
