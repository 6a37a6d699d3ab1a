using System.Globalization;

namespace Consent.Audit.Pages;

/// <summary>What is searched for on the page of receipts. Nothing in it names a person, so it stands in the address.</summary>
/// <param name="From">A day in UTC.</param>
/// <param name="Until">The last day that counts.</param>
/// <param name="Place">From where on; the newest first, unless the reader comes back from what is older.</param>
internal sealed record ReceiptSearch(
    string? Site, string? Purpose, string? Declaration, DateOnly? From, DateOnly? Until, string? Campaign, string? Subscriber, ListPlace Place)
{
    public const int PageSize = 50;

    public DateTimeOffset? FromMoment => From is { } day ? new DateTimeOffset(day.ToDateTime(default), TimeSpan.Zero) : null;

    /// <summary>The beginning of the day after, which counts no more.</summary>
    public DateTimeOffset? UntilMoment => Until is { } day && day < DateOnly.MaxValue ? new DateTimeOffset(day.AddDays(1).ToDateTime(default), TimeSpan.Zero) : null;

    /// <summary>Null when a day or a place is none, or two places are named.</summary>
    public static ReceiptSearch? Of(Visit visit)
    {
        var (from, until) = (DayOf(visit.Asked("from"), out var isFrom), DayOf(visit.Asked("until"), out var isUntil));
        if (!isFrom || !isUntil || PlaceOf(visit.Asked("after"), visit.Asked("before")) is not { } place) return null;
        return new ReceiptSearch(visit.Asked("site"), visit.Asked("purpose"), visit.Asked("declaration"), from, until, visit.Asked("campaign"), visit.Asked("subscriber"), place);
    }

    /// <summary>The same search in another form, or from another place.</summary>
    public string Address(string path, ListPlace place) => Html.Address(
        path, ("site", Site), ("purpose", Purpose), ("declaration", Declaration), ("from", Written(From)), ("until", Written(Until)), ("campaign", Campaign), ("subscriber", Subscriber),
        (place.IsDown ? "before" : "after", place.From == 0 ? null : place.From.ToString(CultureInfo.InvariantCulture)));

    public static string? Written(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <param name="isRight">Whether there is a day, or nothing at all.</param>
    public static DateOnly? DayOf(string? text, out bool isRight)
    {
        isRight = text is null;
        if (text is null || !DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return null;
        isRight = true;
        return day;
    }

    private static ListPlace? PlaceOf(string? after, string? before)
    {
        if (after is not null && before is not null) return null;
        if (!long.TryParse(after ?? before ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out var place)) return null;
        return place > 0 && after is not null ? ListPlace.After(place) : ListPlace.Before(place);
    }
}
