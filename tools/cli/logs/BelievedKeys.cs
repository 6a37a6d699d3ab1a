using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <summary>A key that a log announces, and where.</summary>
/// <param name="Index">Of the entry that does.</param>
/// <param name="Key">A verifier key, as <see cref="NoteVerifierKey.Parse"/> reads it.</param>
internal sealed record AnnouncedKey(long Index, string Key);

/// <summary>
/// By which keys a log is believed, and each up to where. A key ends where its log announces the next one of its algorithm: a checkpoint over that entry must bear the next one's signature, whoever
/// else signed it. So a thief of a retired key can sign nothing that is new. Immutable.
/// </summary>
internal sealed class BelievedKeys
{
    private readonly IReadOnlyList<KeyTerm> _given;

    private BelievedKeys(IReadOnlyList<KeyTerm> given, IReadOnlyList<AnnouncedKey> announced)
    {
        (_given, Announced) = (given, announced);
        var places = announced.Select(one => (one.Index, Text: one.Key, Key: NoteVerifierKey.Parse(one.Key))).ToList();
        Terms = [.. given.Select(EndedBy)];

        KeyTerm EndedBy(KeyTerm term)
        {
            if (term.Key.Type == NoteKeyType.Cosignature) return term;
            var text = term.Key.ToString();
            // Of a key that was pinned it need not be known where it was announced itself.
            var own = places.Where(one => one.Text == text).Min(one => (long?)one.Index) ?? -1;
            var next = places.Where(one => one.Index > own && one.Text != text && one.Key.Type == term.Key.Type && one.Key.Name == term.Key.Name).Min(one => (long?)one.Index);
            return next is { } end && term.Covers(end + 1) ? term with { Until = end } : term;
        }
    }

    /// <summary>Each with its end as far as it is known; keys of witnesses have none.</summary>
    public IReadOnlyList<KeyTerm> Terms { get; }

    public IReadOnlyList<AnnouncedKey> Announced { get; }

    /// <param name="given">Of a key that is there twice, the earlier end counts.</param>
    public static BelievedKeys Of(IEnumerable<KeyTerm> given) =>
        new([.. given.GroupBy(term => term.Key.ToString(), StringComparer.Ordinal).Select(same => new KeyTerm(same.First().Key, same.Min(term => term.Until)))], []);

    /// <summary>By which a checkpoint of so many entries is believed.</summary>
    public IReadOnlyList<NoteVerifierKey> At(long size) => [.. Terms.Where(term => term.Covers(size)).Select(term => term.Key)];

    /// <summary>The log's keys that signed such a note rightly, though they had ended before.</summary>
    /// <param name="log">Its name, which is that of its keys.</param>
    public IReadOnlyList<KeyTerm> EndedSigners(SignedNote note, string? log, long size) =>
        [.. Terms.Where(term => !term.Covers(size) && term.Key.Name == log && term.Key.Verifies(note))];

    /// <summary>Believed as well, from what proves that they follow.</summary>
    public BelievedKeys With(NoteVerifierKey key) =>
        _given.Any(term => term.Key.ToString() == key.ToString()) ? this : new BelievedKeys([.. _given, new KeyTerm(key)], Announced);

    /// <summary>With the ends that follow from what the log announces.</summary>
    public BelievedKeys With(IEnumerable<AnnouncedKey> announced)
    {
        var more = announced.Except(Announced).ToList();
        return more.Count == 0 ? this : new BelievedKeys(_given, [.. Announced, .. more]);
    }
}
