using System.CommandLine;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Cli;

/// <summary><c>token</c>: a token of the development issuer, and nothing else, on standard output.</summary>
public static class MakeToken
{
    /// <summary>Where the one-process host keeps its data, under the folder that both are called from.</summary>
    public const string DefaultData = "data/host";
    private static readonly string[] Known = ["consent", "marketing", Authentication.Audit, Authentication.PrivacyOfficer, Authentication.Operator, Authentication.Admin];

    internal static Command Command()
    {
        var scopes = new Option<string[]>("--scope")
        {
            Description = $"What the token opens: {string.Join(", ", Known)}. May be repeated; separated by spaces or commas too.",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        scopes.Validators.Add(given =>
        {
            var unknown = Split(given.Tokens.Select(t => t.Value)).Except(Known, StringComparer.Ordinal).ToList();
            if (unknown.Count > 0) given.AddError($"No such scope: {string.Join(", ", unknown)}. Scopes are {string.Join(", ", Known)}.");
        });
        var sites = new Option<string[]>("--site") { Description = "Only for this site. May be repeated.", AllowMultipleArgumentsPerToken = true };
        var controllers = new Option<string[]>("--controller")
        {
            Description = "For every site of this controller. May be repeated. Without --site and --controller: every controller.",
            AllowMultipleArgumentsPerToken = true,
        };
        var minutes = new Option<int>("--lifetime") { Description = "Minutes that the token is valid.", DefaultValueFactory = _ => 60 };
        minutes.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<int>() is < 1 or > 60 * 24 * 30) given.AddError("--lifetime is between 1 minute and 43200 (30 days).");
        });
        var data = DataOption();
        var command = new Command("token", """
            Prints a token of the development issuer: for one's own machine, never for production.

            Roles: audit sees all of a controller by pseudonym, and gives a reason to look somebody up by address; privacy-officer sees that too, and decides on legal holds and
            restrictions; operator sees how the system is, and no person. The other scopes are of systems: consent, marketing; admin opens everything.
            """)
        {
            scopes, sites, controllers, data, minutes,
        };
        command.SetAction(parsed =>
        {
            Console.WriteLine(Mint(
                parsed.GetValue(data)!, Split(parsed.GetValue(scopes)), Split(parsed.GetValue(controllers)), Split(parsed.GetValue(sites)),
                TimeSpan.FromMinutes(parsed.GetValue(minutes)), TimeProvider.System));
            return ExitCode.Done;
        });
        return command;
    }

    internal static Option<string> DataOption() => new("--data")
    {
        Description = "The data folder whose development issuer signs, made when missing.",
        DefaultValueFactory = _ => DefaultData,
    };

    /// <summary>A token signed by the issuer of the data folder; without sites and controllers it is good for every controller.</summary>
    public static string Mint(
        string data, IReadOnlyCollection<string> scopes, IReadOnlyCollection<string> controllers, IReadOnlyCollection<string> sites,
        TimeSpan lifetime, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(controllers);
        ArgumentNullException.ThrowIfNull(sites);
        var whose = controllers.Count + sites.Count == 0 ? ["*"] : controllers;
        return DevelopmentIssuer.Open(Path.GetFullPath(data)).Issue(scopes, whose, sites, time.Now(), lifetime);
    }

    private static string[] Split(IEnumerable<string>? given) =>
        [.. (given ?? []).SelectMany(g => g.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal)];
}
