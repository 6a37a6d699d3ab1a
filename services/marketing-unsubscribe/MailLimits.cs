namespace Consent.MarketingUnsubscribe;

/// <summary>
/// What keeps confirmation mails from being turned against others. Settings, each with a default: <c>Mail:AnswerAfter</c> (a time span),
/// <c>Mail:MostToADomain</c> and <c>Mail:MostOfASite</c> (mails an hour).
/// </summary>
public sealed record MailLimits
{
    /// <summary>No opt-in from a page is answered sooner; see <see cref="AnswerMoment"/>.</summary>
    public TimeSpan AnswerAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>To one domain that is no large provider's, within an hour; see <see cref="MailPace"/>.</summary>
    public int MostToADomain { get; init; } = 20;

    /// <summary>Of one site, within an hour.</summary>
    public int MostOfASite { get; init; } = 1000;

    public static MailLimits Of(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var usual = new MailLimits();
        return new MailLimits
        {
            AnswerAfter = settings.GetValue("Mail:AnswerAfter", usual.AnswerAfter),
            MostToADomain = settings.GetValue("Mail:MostToADomain", usual.MostToADomain),
            MostOfASite = settings.GetValue("Mail:MostOfASite", usual.MostOfASite),
        };
    }
}
