using System.Collections.Immutable;

namespace Consent.Contracts;

/// <summary>
/// The published declarations of one site, lowest version first. A version is in force from its publication, or from the beginning
/// (UTC) of the day from which it is effective when that is later; the first version from its publication in any case. Of several
/// whose time has come, the highest is in force. Immutable; the same at the consent service and at every subscriber.
/// </summary>
public sealed class DeclarationHistory
{
    private readonly ImmutableArray<PublishedDeclaration> _versions;

    private DeclarationHistory(ImmutableArray<PublishedDeclaration> versions) => _versions = versions;

    public static DeclarationHistory Empty { get; } = new([]);

    public IReadOnlyList<PublishedDeclaration> Versions => _versions;

    public PublishedDeclaration? Newest => _versions is [.., var newest] ? newest : null;

    /// <summary>With one more; the same one again changes nothing. Of two under one version, after a restore, the later published stands higher.</summary>
    public DeclarationHistory With(PublishedDeclaration added) => _versions.Any(d => d.Version == added.Version && d.Hash == added.Hash)
        ? this
        : new([.. _versions.Add(added).OrderBy(d => d.Version).ThenBy(d => d.PublishedAt).ThenBy(d => d.Hash, StringComparer.Ordinal)]);

    /// <summary>What is in force now. What is held here has been published, by whatever clock: only the effective date is waited for. Null when nothing is held.</summary>
    public PublishedDeclaration? Current(DateTimeOffset now)
    {
        for (var i = _versions.Length - 1; i > 0; i--)
            if (EffectiveAt(_versions[i]) <= now) return _versions[i];
        return _versions is [var only, ..] ? only : null;
    }

    /// <summary>What was in force at a moment of the past; null before the first publication.</summary>
    public PublishedDeclaration? InForce(DateTimeOffset at)
    {
        for (var i = _versions.Length - 1; i >= 0; i--)
            if (InForceFrom(_versions[i]) <= at) return _versions[i];
        return null;
    }

    public PublishedDeclaration? ByHash(string hash) => _versions.LastOrDefault(d => d.Hash == hash);

    public PublishedDeclaration? ByVersion(int version) => _versions.LastOrDefault(d => d.Version == version);

    /// <summary>When a higher version came into force; null while none has, and for a declaration that is not here.</summary>
    public DateTimeOffset? SupersededAt(PublishedDeclaration declaration, DateTimeOffset now)
    {
        var place = _versions.IndexOf(declaration);
        if (place < 0) return null;
        DateTimeOffset? first = null;
        for (var i = place + 1; i < _versions.Length; i++)
            if (InForceFrom(_versions[i]) is var from && from <= now && !(first <= from)) first = from;
        return first;
    }

    /// <summary>Whether any version knew this purpose or topic; of a topic on a channel, the topic: somebody may say "no" to a channel before it is used.</summary>
    public bool EverDeclared(string id) => _versions.Any(d =>
        d.Declaration.PurposeBehind(id) is not null || (ChannelTopic.Read(id) is { } on && d.Declaration.FindTopic(on.Topic) is not null));

    private static DateTimeOffset InForceFrom(PublishedDeclaration declaration) =>
        declaration.Version > 1 && EffectiveAt(declaration) is var effective && effective > declaration.PublishedAt ? effective : declaration.PublishedAt;

    private static DateTimeOffset EffectiveAt(PublishedDeclaration declaration) =>
        new(declaration.Declaration.EffectiveFrom.ToDateTime(default), TimeSpan.Zero);
}
