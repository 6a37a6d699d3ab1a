namespace Consent.ServiceDefaults.Development;

/// <param name="Name">Also who is signed in (<c>sub</c>).</param>
/// <param name="Means">What the role may do, in a sentence.</param>
/// <param name="Scope">Of the access token.</param>
internal sealed record DevelopmentRole(string Name, string Title, string Means, string Scope)
{
    public static IReadOnlyList<DevelopmentRole> All { get; } =
    [
        new("auditor", "Auditor", "Sees all of one controller by pseudonym; gives a reason to look somebody up by address.", Authentication.Audit),
        new("privacy-officer", "Privacy officer", "Sees what an auditor sees, and decides on legal holds and restrictions.", Authentication.PrivacyOfficer),
        new("operator", "Operator", "Sees how the system is, and no person.", Authentication.Operator),
    ];
}

/// <summary>What a code stands for until it is exchanged.</summary>
/// <param name="Controller">Its id; null for every controller.</param>
internal sealed record AuthorizationGrant(AuthorizationRequest Request, DevelopmentRole Role, string? Controller);
