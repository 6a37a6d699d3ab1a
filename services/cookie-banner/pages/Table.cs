namespace Consent.CookieBanner.Pages;

/// <summary>
/// A table with its caption and scopes. The roles say again what the elements mean, because the narrow layout takes it from them
/// (see <see cref="PageStyle"/>); each cell carries its column's heading for that layout.
/// </summary>
internal static class Table
{
    /// <param name="caption">HTML.</param>
    /// <param name="headings">Plain words.</param>
    /// <param name="rows">HTML, as many cells as headings; the first names the row.</param>
    /// <param name="look">A class of <see cref="PageStyle"/>.</param>
    public static string Of(string caption, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows, string? look = null)
    {
        var head = string.Concat(headings.Select(h => $"<th scope=\"col\" role=\"columnheader\">{Html.Text(h)}</th>"));
        var body = string.Concat(rows.Select(row =>
            $"<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">{row[0]}</th>"
            + string.Concat(row.Skip(1).Zip(headings.Skip(1), (cell, h) => $"<td role=\"cell\" data-label=\"{Html.Text(h)}\">{cell}</td>")) + "</tr>\n"));
        return $"""
            <table{(look is null ? "" : $" class=\"{look}\"")} role="table">
            <caption>{caption}</caption>
            <thead role="rowgroup"><tr role="row">{head}</tr></thead>
            <tbody role="rowgroup">
            {body}</tbody>
            </table>
            """;
    }
}
