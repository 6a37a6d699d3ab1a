namespace Consent.Connectors;

/// <summary>What holds here for an address and a topic.</summary>
internal enum Here
{
    /// <summary>It cannot be told now: nothing is carried.</summary>
    Unknown,

    /// <summary>No basis to send, and nobody said no.</summary>
    Nothing,

    /// <summary>May be sent.</summary>
    Yes,

    /// <summary>Must not: opted out, complained, bounced, erased, refused.</summary>
    No,
}

/// <param name="Carried">What was carried there last, or was found to be so on both sides; null for nothing.</param>
/// <param name="Seen">What was seen there last, or written; null before the first look.</param>
/// <param name="WrittenAt">When this service last wrote it there.</param>
internal sealed record TopicState(Here? Carried = null, There? Seen = null, DateTimeOffset? WrittenAt = null)
{
    /// <summary>In the place of a topic: whether the contact is stopped as a whole.</summary>
    public const string Whole = "*";
}

internal enum Step
{
    None,

    /// <summary>An opt-out was made there: it becomes one here.</summary>
    BringHere,
    CarryOut,
    CarryIn,

    /// <summary>It may be sent again, and cannot be subscribed to from here.</summary>
    Blocked,

    /// <summary>What is seen may be an earlier state, of before this service wrote there: look again.</summary>
    LookAgain,

    /// <summary>
    /// An opt-out there that this service may have made itself, before its file was lost or the connector made anew: it stays unseen, and counts as soon as
    /// there is a basis that it may be later than.
    /// </summary>
    Unsure,
}

/// <summary>
/// What is to be done for one topic of one contact. An opt-out that was not there when it was last looked at is news from there; whatever else differs is
/// carried there. What came from there, or was written there, is known as such, and so ends. Pure.
/// </summary>
internal static class DecideTopic
{
    /// <summary>So long an answer of the system may be of before what was written: many read from copies.</summary>
    public static readonly TimeSpan Settles = TimeSpan.FromMinutes(2);

    /// <param name="stopsWithoutBasis">Whether who has no basis is opted out there, too.</param>
    public static Step Of(Here here, ListStanding there, TopicState before, bool stopsWithoutBasis, DateTimeOffset now)
    {
        if (IsOut(there.There, before) && before.Seen is not There.Out && here is not Here.No)
        {
            if (before.Carried is Here.Yes && before.WrittenAt + Settles > now) return Step.LookAgain;
            return before.Seen is null && here is Here.Nothing && stopsWithoutBasis ? Step.Unsure : Step.BringHere;
        }
        if (MustBeOut(here, before, stopsWithoutBasis))
            return there.There is There.In || (there.There is There.Unknown && before.Carried is not Here.No) ? Step.CarryOut : Step.None;
        if (here is not Here.Yes || there.There is There.In || before.Carried is Here.Yes) return Step.None;
        return there.IsFixed ? Step.Blocked : Step.CarryIn;
    }

    /// <summary>Whether he must not stand on the list; whom there was a basis for, and is no more, is not one who was never looked at.</summary>
    public static bool MustBeOut(Here here, TopicState before, bool stopsWithoutBasis) =>
        here is Here.No || (here is Here.Nothing && (stopsWithoutBasis || before.Carried is Here.Yes));

    /// <summary>What is known once the step was taken; of one that was not, what was seen.</summary>
    public static TopicState After(Step step, Here here, There there, TopicState before, DateTimeOffset now) => step switch
    {
        Step.BringHere => new(Here.No, There.Out, before.WrittenAt),
        Step.CarryOut => new(Here.No, There.Out, now),
        Step.CarryIn => new(Here.Yes, There.In, now),
        // Until the person decides anew nobody needs to be told again.
        Step.Blocked => before with { Carried = Here.Yes, Seen = There.Out },
        Step.LookAgain or Step.Unsure => before,
        // Who was opted out for want of a basis still is; and what the system does not tell is as it was seen last.
        _ => new(
            here is Here.Unknown || (here is Here.Nothing && before.Carried is Here.No) ? before.Carried : here,
            IsOut(there, before) ? There.Out : there is There.Unknown ? before.Seen ?? There.Unknown : there,
            before.WrittenAt),
    };

    /// <summary>The same of the contact as a whole.</summary>
    /// <param name="isStopped">Whether it is stopped there; <paramref name="isNews"/> is whether by somebody else than this service, since the last look.</param>
    public static TopicState WholeAfter(bool isStopped, bool isNews, TopicState before, DateTimeOffset now) => (isStopped, isNews) switch
    {
        (true, true) => new(null, There.Out, before.WrittenAt),
        (true, false) => before,
        // What this service has just written may not show yet; later, somebody lifted it there.
        (false, _) when before.Carried is Here.No && before.WrittenAt + Settles > now => before,
        _ => new(before.Carried is Here.Yes ? Here.Yes : null, There.In, before.WrittenAt),
    };

    private static bool IsOut(There there, TopicState before) => there is There.Out || (there is There.Off && before.Seen is There.In or There.Out);
}
