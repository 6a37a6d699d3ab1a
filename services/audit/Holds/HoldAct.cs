using Consent.Storage;

namespace Consent.Audit.Holds;

/// <summary>
/// What was done about holding or restricting a person, or about an erasure that waits: one record of the journal of a site, and an entry of its controller's verifiable log.
/// Names persons by keyed hashes alone, which an erasure leaves: they stay attributable to whoever already has the id.
/// </summary>
/// <param name="Id">Of the act; of an erasure that waits, the id of the event that told of it.</param>
/// <param name="By">The officer by his token, or <c>audit</c> for what came of itself.</param>
/// <param name="Persons">Keyed hashes of site and subject (<see cref="HoldJournal.PersonOf"/>): all ids of the one person that were known then.</param>
/// <param name="Until">End of a hold.</param>
/// <param name="Of">Id of what is lifted, has ended or was carried out.</param>
internal sealed record HoldAct(
    string Id, DateTimeOffset At, string By, string Site, string Controller, IReadOnlyList<string>? Persons = null, string? Ground = null, DateTimeOffset? Until = null, string? Of = null)
{
    public const string HoldPlaced = "hold-placed";
    public const string HoldLifted = "hold-lifted";
    public const string HoldEnded = "hold-ended";
    public const string ErasureWaits = "erasure-waits";
    public const string ErasureDone = "erasure-carried-out";
    public const string Restricted = "restriction-placed";
    public const string RestrictionLifted = "restriction-lifted";

    /// <summary>Who acts where nobody asked.</summary>
    public const string Itself = AuditSetup.Service;

    /// <summary>What kind of act one of this kind ends, the one that it is <see cref="Of"/>; null for what ends none.</summary>
    public static string? EndedBy(string kind) => kind switch
    {
        HoldLifted or HoldEnded => HoldPlaced,
        ErasureDone => ErasureWaits,
        RestrictionLifted => Restricted,
        _ => null,
    };
}

/// <summary>A hold or a restriction, and what ended it.</summary>
/// <param name="Record">Of <paramref name="Act"/>, in the journal.</param>
/// <param name="Over">Null while nobody lifted it and its end was not noted.</param>
internal sealed record Placed(HoldAct Act, LogRecord Record, HoldAct? Over)
{
    public bool IsInForce(DateTimeOffset at) => Over is null && !(Act.Until <= at);

    public bool Concerns(string person) => Act.Persons?.Contains(person, StringComparer.Ordinal) == true;
}
