namespace Consent.CookieBanner.Statistics;

/// <summary>What was counted of one site on one day (UTC), under one version of its declaration.</summary>
/// <param name="Day">Such as <c>2026-11-26</c>.</param>
/// <param name="Shown">How often the banner came by itself.</param>
/// <param name="Accepted">All accepted at once.</param>
/// <param name="Refused">All refused at once.</param>
/// <param name="Chosen">Chosen purpose by purpose: in the settings, at a frame, or in the site's own interface.</param>
/// <param name="Withdrawn">All refused at once where something had been allowed.</param>
internal sealed record DayCount(string Day, int Version, long Shown = 0, long Accepted = 0, long Refused = 0, long Chosen = 0, long Withdrawn = 0)
{
    /// <summary>One more of what the script calls so; null for any other word.</summary>
    public DayCount? OneMore(string what) => what switch
    {
        "shown" => this with { Shown = Shown + 1 },
        "accept-all" => this with { Accepted = Accepted + 1 },
        "refuse-all" => this with { Refused = Refused + 1 },
        "save" => this with { Chosen = Chosen + 1 },
        "withdraw" => this with { Withdrawn = Withdrawn + 1 },
        _ => null,
    };

    public DayCount Plus(DayCount more) => this with
    {
        Shown = Shown + more.Shown,
        Accepted = Accepted + more.Accepted,
        Refused = Refused + more.Refused,
        Chosen = Chosen + more.Chosen,
        Withdrawn = Withdrawn + more.Withdrawn,
    };
}
