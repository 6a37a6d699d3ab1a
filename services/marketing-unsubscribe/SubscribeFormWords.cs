namespace Consent.MarketingUnsubscribe;

/// <summary>The words of the form with which people subscribe; see <see cref="PageWords"/>.</summary>
internal sealed record SubscribeFormWords
{
    public required string Title { get; init; }
    public required string Lead { get; init; }

    /// <summary>Of the field.</summary>
    public required string Address { get; init; }

    /// <summary>On sites for children: what the box says.</summary>
    public required string OfAge { get; init; }
    public required string Button { get; init; }
    public required string Stop { get; init; }

    /// <summary>Over what is wrong.</summary>
    public required string WrongTitle { get; init; }
    public required string WrongAddress { get; init; }
    public required string WrongAge { get; init; }

    /// <summary>Where no mail can be sent just now.</summary>
    public required string Later { get; init; }

    /// <summary>The same for everybody, whether the address was known or not.</summary>
    public required string SentTitle { get; init; }
    public required string SentLead { get; init; }
    public required string SentHelp { get; init; }
    public required string GoneTitle { get; init; }
    public required string GoneLead { get; init; }
}
