namespace Consent.Audit.Pages;

/// <summary>From one part of a list to the next newer and the next older one, with the same filter.</summary>
internal static class ListLinks
{
    /// <param name="address">Of the list.</param>
    /// <param name="next">Where the part ends, in the direction in which it was read.</param>
    /// <param name="more">Whether something may be behind that.</param>
    public static string Of(Words words, ReceiptSearch search, string address, long next, bool more)
    {
        var (place, links) = (search.Place, new List<string>());
        var (newer, older) = place.IsDown ? (place.From > 0, more) : (more, true);
        // The other way the list goes on with the very place at which this part began.
        if (newer) links.Add(Html.Link(search.Address(address, ListPlace.After(place.IsDown ? place.From - 1 : next)), words.Newer));
        if (older) links.Add(Html.Link(search.Address(address, ListPlace.Before(place.IsDown ? next : place.From + 1)), words.Older));
        return links.Count == 0 ? "" : $"<nav aria-label=\"{Html.Text(words.OtherParts)}\"><ul>{string.Concat(links.Select(link => $"<li>{link}</li>"))}</ul></nav>";
    }
}
