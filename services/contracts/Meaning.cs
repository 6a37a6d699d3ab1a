namespace Consent.Contracts;

/// <summary>
/// What a purpose means to a person, as a short fingerprint: legal basis, data categories, retention, recipients, and whether
/// it is advertising. A grant holds for the meaning under which it was given and for no other (EDPB 05/2020: a changed purpose
/// needs fresh consent). Texts are left out, so that a spelling correction asks nobody.
/// </summary>
public static class Meaning
{
    /// <summary>16 hexadecimal digits; equal for equal meanings. For a topic, the meaning of its purpose.</summary>
    public static string? Of(Declaration declaration, string id)
    {
        ArgumentNullException.ThrowIfNull(declaration);
        if (declaration.PurposeBehind(id) is not { } purpose) return null;
        return CanonicalJson.Hash(new
        {
            purpose.LegalBasis,
            DataCategories = purpose.DataCategories.Order(StringComparer.Ordinal),
            purpose.Retention.Term,
            purpose.Retention.WorkingDays,
            purpose.Retention.Trigger,
            Vendors = purpose.Vendors.Order(StringComparer.Ordinal),
            purpose.Advertising,
        })[..16];
    }
}
