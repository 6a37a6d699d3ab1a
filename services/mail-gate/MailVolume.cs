using System.Globalization;
using System.Text.Json;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Storage;

namespace Consent.MailGate;

/// <summary>What became of a copy of a mail, one for each recipient.</summary>
internal static class MailOutcome
{
    /// <summary>The next mail server has it.</summary>
    public const string HandedOver = "handed-over";

    /// <summary>The address may not be sent this.</summary>
    public const string NotPermitted = "not-permitted";

    /// <summary>The recipient was no e-mail address.</summary>
    public const string NoAddress = "no-address";

    /// <summary>Marketing without one of the two headers.</summary>
    public const string WithoutHeaders = "without-headers";

    /// <summary>Not a mail, or one that goes round in a circle.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>Refused for good by the next mail server.</summary>
    public const string RefusedOnward = "refused-onward";

    /// <summary>Put off, because something was away; the sender comes again.</summary>
    public const string TryAgain = "try-again";
}

/// <summary>Mail of one stream in one hour, as long as it is declared as one thing.</summary>
/// <param name="Hour">Its beginning, UTC.</param>
public sealed record MailFlow(string Controller, string Site, string Stream, MailClass Class, string? About, DateTimeOffset Hour)
{
    public static MailFlow Of(SendingStream stream, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new MailFlow(stream.Controller, stream.Site, stream.Id, stream.Class, stream.About, now.AddTicks(-(now.UtcTicks % TimeSpan.TicksPerHour)));
    }
}

/// <summary>A record of the gate's log: all that one process counted of a flow so far, so that the newest says what those before it said. Names nobody.</summary>
/// <param name="Copies">By outcome.</param>
/// <param name="Counter">The process that counted, by an id that it made at its start: numbers of several, or of before and after a restore, are added.</param>
public sealed record MailVolume(MailFlow Flow, IReadOnlyDictionary<string, long> Copies, string? Counter = null)
{
    public const string Kind = "mail-volume";
    private const string Streams = "volume/";

    /// <summary>Names nobody, and so stands in the log in clear.</summary>
    public static bool IsStream(string stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return stream.StartsWith(Streams, StringComparison.Ordinal);
    }

    public static string StreamOf(MailFlow flow, string counter)
    {
        ArgumentNullException.ThrowIfNull(flow);
        var (kind, hour) = (JsonNamingPolicy.KebabCaseLower.ConvertName(flow.Class.ToString()), flow.Hour.UtcDateTime);
        return string.Create(CultureInfo.InvariantCulture, $"{Streams}{flow.Site}/{flow.Stream}/{kind}/{flow.About ?? "-"}/{hour:yyyyMMddHH}/{counter}");
    }

    public MailVolume Plus(IReadOnlyDictionary<string, long> more) => this with
    {
        Copies = new SortedDictionary<string, long>(
            Copies.Concat(more).GroupBy(o => o.Key, StringComparer.Ordinal).ToDictionary(o => o.Key, o => o.Sum(one => one.Value), StringComparer.Ordinal), StringComparer.Ordinal),
    };

    /// <summary>What audit hears of a record.</summary>
    public static OutgoingEvent? EventOf(LogRecord record, DateTimeOffset publishedAt)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.Kind != Kind) return null;
        var (flow, copies, counter) = record.Read<MailVolume>();
        return OutgoingEvent.Of(new MailCounted(record.Id, publishedAt, flow.Site, flow.Controller, flow.Stream, flow.Class, flow.About, flow.Hour, copies, counter));
    }
}
