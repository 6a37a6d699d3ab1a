namespace Consent.Contracts;

/// <summary>
/// What a purpose means to a person, as a short fingerprint: legal basis, data categories, retention, recipients, whether it is
/// advertising, and its text in each language. A grant holds for the meaning under which it was given and for no other (EDPB
/// 05/2020: a changed purpose needs fresh consent). Meanings are made once, when a declaration is published, and travel with it.
/// </summary>
public static class Meaning
{
    /// <summary>
    /// The meaning of every purpose of the next version: that of the version before where nothing changed but the spelling of its
    /// text, or the languages that it is told in; a new one else.
    /// </summary>
    public static IReadOnlyDictionary<string, string> OfAll(Declaration next, PublishedDeclaration? before)
    {
        ArgumentNullException.ThrowIfNull(next);
        var meanings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var purpose in next.Purposes)
        {
            var known = before?.Declaration.FindPurpose(purpose.Id);
            meanings[purpose.Id] = known is not null && IsTheSame(known, purpose) ? before!.MeaningOf(purpose.Id)! : Of(purpose);
        }

        return meanings;
    }

    /// <summary>16 hexadecimal digits; equal for purposes that are equal but for the order of lists.</summary>
    public static string Of(Purpose purpose)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        return CanonicalJson.Hash(new { Substance = SubstanceOf(purpose), purpose.Name, purpose.Description, purpose.Interest })[..16];
    }

    /// <summary>Whether a person who agreed to the one would find the other to be the same.</summary>
    public static bool IsTheSame(Purpose one, Purpose other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return CanonicalJson.Hash(SubstanceOf(one)) == CanonicalJson.Hash(SubstanceOf(other))
            && SayTheSame(one.Name, other.Name) && SayTheSame(one.Description, other.Description) && SayTheSame(one.Interest, other.Interest);
    }

    /// <summary>The same in every language that both are told in. Texts with no language in common cannot be compared, and differ.</summary>
    private static bool SayTheSame(Texts? one, Texts? other)
    {
        if (one is null || other is null) return one is null && other is null;
        var common = one.Keys.Where(other.ContainsKey).ToList();
        return common.Count > 0 && common.TrueForAll(language => Spelling.SaysTheSame(one[language], other[language]));
    }

    private static object SubstanceOf(Purpose purpose) => new
    {
        purpose.LegalBasis,
        DataCategories = purpose.DataCategories.Order(StringComparer.Ordinal),
        purpose.Retention.Term,
        purpose.Retention.WorkingDays,
        purpose.Retention.Trigger,
        Vendors = purpose.Vendors.Order(StringComparer.Ordinal),
        purpose.Advertising,
    };
}
