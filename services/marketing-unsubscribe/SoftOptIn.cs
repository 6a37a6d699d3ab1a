using System.Text.Json.Serialization;

namespace Consent.MarketingUnsubscribe;

/// <summary>One fact of a soft opt-in, by the controller's word.</summary>
/// <param name="At">When it was so.</param>
/// <param name="Evidence">What shows it, as in <see cref="OptInProof.Evidence"/>.</param>
public sealed record SoftOptInFact(bool Holds, DateTimeOffset? At = null, string? Evidence = null);

/// <summary>
/// What stands in the place of a consent where own customers may be told of own products, until they say no (Directive 2002/58/EC, art. 13(2)): the four
/// facts that the law asks for. It permits no more than the rule of the country and channel lets it (<see cref="ChannelRules"/>), lifts nothing, and is
/// told to nobody, because nobody consented.
/// </summary>
/// <param name="ObtainedInSale">The address was obtained from the customer himself, in a sale to him.</param>
/// <param name="SameLegalEntity">Who sold and who sends are one legal person.</param>
/// <param name="OwnSimilarProducts">What is offered are its own products, similar to what was sold.</param>
/// <param name="OptOutOfferedAtCollection">He could say no, free of charge, when the address was collected.</param>
public sealed record SoftOptIn(
    SoftOptInFact? ObtainedInSale, SoftOptInFact? SameLegalEntity, SoftOptInFact? OwnSimilarProducts, SoftOptInFact? OptOutOfferedAtCollection)
{
    /// <summary>As a caller states it.</summary>
    public const string Basis = "soft-opt-in";

    /// <summary>All four hold; of the two that lie in the past it is known what shows them, and of the sale when it was.</summary>
    [JsonIgnore]
    public bool IsComplete =>
        ObtainedInSale is { Holds: true, At: not null, Evidence: not null } && OptOutOfferedAtCollection is { Holds: true, Evidence: not null }
        && SameLegalEntity is { Holds: true } && OwnSimilarProducts is { Holds: true };

    /// <summary>Those that were stated.</summary>
    [JsonIgnore]
    public IEnumerable<SoftOptInFact> Facts =>
        new[] { ObtainedInSale, SameLegalEntity, OwnSimilarProducts, OptOutOfferedAtCollection }.OfType<SoftOptInFact>();

    /// <summary>The same, with each fact as <paramref name="kept"/> has it.</summary>
    public SoftOptIn Select(Func<SoftOptInFact, SoftOptInFact> kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        return new SoftOptIn(Of(ObtainedInSale), Of(SameLegalEntity), Of(OwnSimilarProducts), Of(OptOutOfferedAtCollection));

        SoftOptInFact? Of(SoftOptInFact? fact) => fact is null ? null : kept(fact);
    }
}
