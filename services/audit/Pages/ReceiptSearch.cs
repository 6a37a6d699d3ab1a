using System.Globalization;

namespace Consent.Audit.Pages;

/// <summary>What is searched for on the page of receipts. Nothing in it names a person, so it stands in the address.</summary>
/// <param name="From">A day in UTC.</param>
/// <param name="Until">The last day that counts.</param>
/// <param name="After">Behind which receipt to go on.</param>
internal sealed record ReceiptSearch(
    string? Site, string? Purpose, string? Declaration, DateOnly? From, DateOnly? Until, string? Campaign, string? Subscriber, long After)
{
    public const int PageSize = 50;

    public DateTimeOffset? FromMoment => From is { } day ? new DateTimeOffset(day.ToDateTime(default), TimeSpan.Zero) : null;

    /// <summary>The beginning of the day after, which counts no more.</summary>
    public DateTimeOffset? UntilMoment => Until is { } day && day < DateOnly.MaxValue ? new DateTimeOffset(day.AddDays(1).ToDateTime(default), TimeSpan.Zero) : null;

    /// <summary>Null when a day or a place is none.</summary>
    public static ReceiptSearch? Of(Visit visit)
    {
        var (from, until, after) = (DayOf(visit.Asked("from"), out var isFrom), DayOf(visit.Asked("until"), out var isUntil), 0L);
        if (!isFrom || !isUntil || (visit.Asked("after") is { } place && !long.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out after))) return null;
        return new ReceiptSearch(visit.Asked("site"), visit.Asked("purpose"), visit.Asked("declaration"), from, until, visit.Asked("campaign"), visit.Asked("subscriber"), after);
    }

    /// <summary>The same search in another form, or from another place.</summary>
    public string Address(string path, long after) => Html.Address(
        path, ("site", Site), ("purpose", Purpose), ("declaration", Declaration), ("from", Written(From)), ("until", Written(Until)), ("campaign", Campaign), ("subscriber", Subscriber),
        ("after", after == 0 ? null : after.ToString(CultureInfo.InvariantCulture)));

    public static string? Written(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <param name="isRight">Whether there is a day, or nothing at all.</param>
    public static DateOnly? DayOf(string? text, out bool isRight)
    {
        isRight = text is null;
        if (text is null || !DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return null;
        isRight = true;
        return day;
    }
}
