using Consent.Contracts;

namespace Consent.Audit;

/// <summary>All that audit heard about one receipt. What has not been heard (yet) is absent, never guessed.</summary>
public sealed record Trace
{
    public required Receipt Receipt { get; init; }

    /// <summary>The declaration that the person was shown; absent under a "no" that named none.</summary>
    public ShownDeclaration? Declaration { get; init; }

    /// <summary>When the caller says that the person decided: a claim, which orders nothing.</summary>
    public DateTimeOffset? DecidedAt { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
    public required DateTimeOffset PublishedAt { get; init; }

    /// <summary>When audit first heard of it.</summary>
    public required DateTimeOffset HeardAt { get; init; }
    public Cause? Cause { get; init; }

    /// <summary>Each subscriber that holds the receipt (or a newer one), by its own word and clock; the first to apply comes first.</summary>
    public required IReadOnlyList<Application> Applied { get; init; }
    public required IReadOnlyList<Step> Story { get; init; }
}

/// <param name="PublishedAt">Absent until audit has heard of the publication, as is <paramref name="Text"/>.</param>
/// <param name="Href">Where the consent service serves the whole declaration.</param>
public sealed record ShownDeclaration(string Hash, int? Version, DateTimeOffset? PublishedAt, string Href, ShownText? Text);

/// <summary>The declaration's texts in one language.</summary>
/// <param name="Language">Of these texts: the receipt's, in which they were shown; the declaration's first where <paramref name="OneOf"/> is there.</param>
/// <param name="OneOf">
/// Every language of the declaration, where the receipt names none, or one in which it has no text: in which of them it was shown, if in any, is not known then. Absent otherwise.
/// </param>
public sealed record ShownText(
    string Language, string Controller, IReadOnlyList<ShownEntry> Purposes, IReadOnlyList<ShownEntry> Topics, IReadOnlyList<string>? OneOf = null);

public sealed record ShownEntry(string Id, string Name, string Description);

/// <summary>The event in another service that led to the receipt. Only the id is known until audit has heard of the event itself.</summary>
public sealed record Cause(string EventId, string? Kind, DateTimeOffset? RecordedAt, DateTimeOffset? PublishedAt);

public sealed record Application(string Subscriber, DateTimeOffset AppliedAt);

/// <param name="At">By the clock of <paramref name="By"/>; of <c>decided</c>, by the caller's word.</param>
/// <param name="What">
/// One of <c>opted-out</c>, <c>opted-in</c>, <c>asked-to-confirm</c>, <c>confirmed</c>, <c>undid</c>, <c>cause-published</c>, <c>cause-applied</c>, <c>decided</c>, <c>recorded</c>,
/// <c>published</c>, <c>applied</c>.
/// </param>
/// <param name="By">The service that did it, or <c>subject</c> for what the person did.</param>
/// <param name="Text">The same as a sentence.</param>
public sealed record Step(DateTimeOffset At, string What, string By, string Text);
