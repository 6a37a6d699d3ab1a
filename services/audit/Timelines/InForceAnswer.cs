using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Consent.Audit.Holds;
using Consent.Audit.Logs;
using Consent.Contracts;

namespace Consent.Audit.Timelines;

[JsonConverter(typeof(KebabCaseEnum<InForceVerdict>))]
internal enum InForceVerdict
{
    Yes,
    No,

    /// <summary>The purpose rests on something else than consent, and nothing stood against it.</summary>
    NotNeeded,

    /// <summary>Nothing is held of the person from before the moment: he was erased, or never heard of; or no declaration was in force.</summary>
    Unknown,
}

/// <summary>Whether consent was in force for a person and a purpose at a moment, and on what that rests.</summary>
internal sealed record InForceAnswer
{
    public required string Site { get; init; }
    public required string Purpose { get; init; }
    public required DateTimeOffset At { get; init; }
    public required InForceVerdict Answer { get; init; }

    /// <summary>The same as a sentence.</summary>
    public required string Text { get; init; }
    public PurposeStatus? Status { get; init; }
    public DateTimeOffset? DecidedAt { get; init; }
    public DateTimeOffset? ValidUntil { get; init; }

    /// <summary>What was held of the address until then is gone.</summary>
    public DateTimeOffset? ErasedAt { get; init; }

    /// <summary>The person's newest at that moment.</summary>
    public InForceReceipt? Receipt { get; init; }

    /// <summary>The receipt in which it was decided, which may be an earlier one; absent while it is not known.</summary>
    public string? DecidedIn { get; init; }

    /// <summary>The text on which it was decided.</summary>
    public ShownDeclaration? Shown { get; init; }

    /// <summary>What was in force at that moment.</summary>
    public ShownDeclaration? Declaration { get; init; }

    /// <summary>Who had applied the receipt by then, by its own word and clock.</summary>
    public IReadOnlyList<Application>? Told { get; init; }

    /// <summary>Who applied it afterwards.</summary>
    public IReadOnlyList<Application>? ToldLater { get; init; }

    /// <summary>Of whom is held or restricted: what is kept, on which ground, until when.</summary>
    public Kept? Kept { get; init; }

    /// <summary>By the one state function. Pure.</summary>
    /// <param name="newest">The receipt that was the person's newest at the moment; null when none is held.</param>
    /// <param name="place">Its entry in the log.</param>
    /// <param name="deciding">The receipt in which the purpose was decided.</param>
    public static InForceAnswer Of(
        string site, string purpose, DateTimeOffset at, DeclarationHistory declarations, HeardReceipt? newest, LogPlace? place, HeardReceipt? deciding, DateTimeOffset? erasedAt)
    {
        var moment = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var unknown = new InForceAnswer { Site = site, Purpose = purpose, At = at, Answer = InForceVerdict.Unknown, Text = "", ErasedAt = newest is null ? erasedAt : null };
        if (declarations.InForce(at) is not { } inForce) return unknown with { Text = $"It cannot be told: no declaration of the site was in force at {moment}." };

        var receipt = newest?.Changed.Receipt;
        var state = ConsentState.Of(receipt, inForce, purpose, at);
        var answer = unknown with { Declaration = WithoutText(inForce) };
        if (state.Status is PurposeStatus.NotNeeded)
            answer = answer with { Answer = InForceVerdict.NotNeeded, Status = state.Status, Text = $"Consent to {purpose} was not needed at {moment}: it rested on something else, and nothing stood against it." };
        else if (receipt is not null)
            answer = answer with { Answer = state.Permitted ? InForceVerdict.Yes : InForceVerdict.No, Status = state.Status, Text = Sentence(state, receipt) };
        else
            answer = answer with { Text = erasedAt is null ? "It cannot be told: no receipt of the person from before then is held." : "It cannot be told: what was held of the person was erased." };
        if (newest is null || receipt is null) return answer;

        var applied = TraceStory.AppliedTo(receipt.Id, newest.Heard, newest.HeardAt);
        var decision = DecisionOf(receipt, inForce, purpose, state);
        return answer with
        {
            DecidedAt = state.DecidedAt,
            ValidUntil = state.ValidUntil,
            Receipt = new InForceReceipt(receipt.Id, receipt.Version, receipt.RecordedAt, receipt.Action, receipt.Source, place),
            DecidedIn = deciding?.Changed.Id,
            Shown = decision?.Declaration is { } hash ? TextOf(deciding?.Changed.Receipt ?? receipt, hash, declarations) : null,
            Told = [.. applied.Where(a => a.AppliedAt <= at)],
            ToldLater = [.. applied.Where(a => a.AppliedAt > at)],
        };

        string Sentence(PurposeState of, Receipt by) => of.Permitted
            ? $"Yes: consent to {purpose} was in force at {moment}, by receipt {by.Id}."
            : $"No: consent to {purpose} was not in force at {moment} ({KebabName(of.Status)}), by receipt {by.Id}.";
    }

    /// <summary>On what the state rests: the person's word on the purpose, on the whole of which it is a topic, or on everything; null where he said nothing of these.</summary>
    public static PurposeDecision? DecisionOf(Receipt receipt, PublishedDeclaration inForce, string purpose, PurposeState state)
    {
        PurposeDecision?[] said = [receipt.Purposes.GetValueOrDefault(purpose), inForce.Declaration.PurposeBehind(purpose) is { } behind ? ConsentState.Whole(receipt, inForce.Declaration, behind.Id) : null];
        return said.FirstOrDefault(d => d is not null && d.DecidedAt == state.DecidedAt);
    }

    private static string KebabName(PurposeStatus status) => JsonNamingPolicy.KebabCaseLower.ConvertName(status.ToString());

    private static ShownDeclaration WithoutText(PublishedDeclaration declaration) => ShownDeclarations.Of(declaration, language: null) with { Text = null };

    private static ShownDeclaration? TextOf(Receipt decided, string hash, DeclarationHistory declarations) =>
        declarations.ByHash(hash) is { } published ? ShownDeclarations.Of(published, decided.Language) : null;
}

/// <param name="Log">Absent while it is not under a checkpoint.</param>
internal sealed record InForceReceipt(string Id, long Version, DateTimeOffset RecordedAt, string? Action, string? Source, LogPlace? Log);
