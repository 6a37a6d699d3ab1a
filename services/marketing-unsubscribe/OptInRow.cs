using System.Text.Json;
using System.Text.RegularExpressions;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>An opt-in that was given elsewhere, read and found to be usable.</summary>
/// <param name="Address">Normalised.</param>
/// <param name="Topic">Its id on the channel: see <see cref="ChannelTopic"/>.</param>
/// <param name="Key">The row's own, among all that was ever imported.</param>
/// <param name="AlsoKnownAs">Normalised; see <see cref="SamePerson"/>.</param>
internal sealed record ImportedOptIn(string Address, string Topic, OptInProof Proof, string Key, string? AlsoKnownAs = null);

/// <summary>One row of an import, as it comes. Its sentences name no value of it.</summary>
/// <param name="Source">Where it was given, such as <c>form</c>; unless said, the system that it comes from.</param>
/// <param name="OptedInAt">See <see cref="StatedProof"/>, as for all that proves it.</param>
/// <param name="Channel">By which it is to be sent; e-mail unless said.</param>
/// <param name="Basis">See <see cref="StatedProof"/>, as for the facts of a soft opt-in.</param>
/// <param name="AlsoKnownAs">Another address, or a number, of the same person: see <see cref="SamePerson"/>.</param>
/// <param name="Declaration">Hash of the one that was shown, when it was published here. Without it, the controller says that what was agreed to is what the one in force says.</param>
internal sealed partial record OptInRow(
    string? Address, string? Topic, string? Language, string? Source, DateTimeOffset? OptedInAt, DateTimeOffset? ConfirmedAt, string? Evidence,
    string? Declaration, string? Reference, bool? OfAge, ParentalAuthorisation? ParentalAuthorisation, string? Channel = null, string? Basis = null,
    SoftOptInFact? ObtainedInSale = null, SoftOptInFact? SameLegalEntity = null, SoftOptInFact? OwnSimilarProducts = null, SoftOptInFact? OptOutOfferedAtCollection = null,
    string? AlsoKnownAs = null)
{
    public const int LongestLine = 8 * 1024;

    /// <param name="client">Who sends it.</param>
    /// <param name="byHash">The site's declarations.</param>
    /// <returns>The opt-in, or what to do about the row.</returns>
    public static (ImportedOptIn? Row, string? WhyNot) Read(
        string line, string system, string client, PublishedDeclaration inForce, Func<string, PublishedDeclaration?> byHash, DateTimeOffset now)
    {
        var (row, unread) = OfJson(line);
        if (row is null) return (null, unread);
        if (inForce.Declaration.Retired) return (null, "Leave the row out: the site is retired, and takes no opt-ins.");
        if (TopicOnChannel.Find(inForce.Declaration, row.Topic, row.Channel) is not { } topic)
            return (null, "Give topic: the id of one of the topics of the site's declaration, and channel: one of those of the topic, e-mail unless said.");
        if (!ContactAddress.TryNormalise(row.Address, topic.Channel, inForce.Declaration.Controller.Country, out var address))
        {
            return (null, topic.Channel is Contracts.Channel.Email
                ? "Give address: one e-mail address of the form name@domain, of at most 254 characters, without a display name."
                : "Give address: one e-mail address of the form name@domain, or one telephone number such as +31612345678.");
        }

        var other = SamePerson.Read(row.AlsoKnownAs, address, inForce.Declaration.Controller.Country);
        if (row.AlsoKnownAs is not null && other is null) return (null, SamePerson.NoOther);

        var shown = row.Declaration is { } hash ? byHash(hash) : inForce;
        if (shown?.Declaration.FindTopic(topic.Id) is not { } shownTopic)
            return (null, "Give in declaration the hash of one that was published for this site and has the topic, or leave it out.");
        var stated = new StatedProof(
            row.OptedInAt, row.ConfirmedAt, row.Evidence, row.OfAge, row.ParentalAuthorisation, row.Basis,
            StatedProof.SoftOptInOf(row.Basis, row.ObtainedInSale, row.SameLegalEntity, row.OwnSimilarProducts, row.OptOutOfferedAtCollection));
        if ((row.WhyNot(shown.Declaration) ?? stated.WhyNot(now)) is { } why) return (null, why);

        var text = OptInProof.On(shown, shownTopic, row.Language ?? shown.Declaration.Languages[0], row.Source ?? system, null);
        // By the site as it is now: a list from before it was offered to children says nothing of their ages.
        var proof = stated.On(text with { ForChildren = inForce.Declaration.Children is null ? null : true }, client, now);
        // So that the row comes in after all once its proof is found.
        var kind = proof switch
        {
            { IsProven: true } => "import",
            { SoftOptIn: { } soft } => soft.IsComplete ? "import-soft" : "import-soft-unproven",
            _ => "import-unproven",
        };
        return (new ImportedOptIn(address, topic.Id, proof, $"{kind}:{system}:{topic.Id}:{row.Reference}", other), null);
    }

    private string? WhyNot(Declaration shown) => this switch
    {
        _ when Reference is null || !OwnId().IsMatch(Reference) => "Give reference: the row's own id in the other system, up to 128 letters, digits and . _ : - characters.",
        _ when Language is not null && !shown.Languages.Contains(Language) => "Write language as one of those of the declaration, or leave it out.",
        _ when Source is not null && !SourceName().IsMatch(Source) => "Write source in letters, digits, spaces, '-', '_', '.' or '/', at most 100 characters, or leave it out.",
        _ => null,
    };

    private static (OptInRow? Row, string? WhyNot) OfJson(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<OptInRow>(line, ContractJson.Options) is { } row ? (row, null) : (null, "Send a JSON object on each line.");
        }
        catch (JsonException)
        {
            return (null, "Send a JSON object on each line, with a text in each of its members; times such as 2025-03-01T12:00:00Z.");
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9._:-]{1,128}\z")]
    private static partial Regex OwnId();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,99}\z")]
    private static partial Regex SourceName();
}
