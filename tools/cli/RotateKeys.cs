using System.CommandLine;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Storage;
using Microsoft.Extensions.Configuration;

namespace Consent.Cli;

/// <summary>
/// <c>keys rotate</c>: a new key signs the documents of receipts; what the old ones signed still verifies. With <c>--wrapping</c> or <c>--controllers</c>: a new
/// key under which the keys of controllers, or of persons, lie; what was written still opens. With <c>--tokens</c> or <c>--addresses</c>: see <see cref="RotateIdentifierKeys"/>.
/// </summary>
internal static class RotateKeys
{
    public static Command Command()
    {
        var data = new Option<string>("--data")
        {
            Description = "The data folder, or in a cluster the volume of the consent service.",
            DefaultValueFactory = _ => MakeToken.DefaultData,
        };
        var wrapping = new Option<bool>("--wrapping") { Description = "Instead: a new wrapping key in each service, under which the keys of its controllers are wrapped anew. None has to be restarted." };
        var controllers = new Option<bool>("--controllers")
        {
            Description = "Instead: a new version of each controller's key. From its next start on each service uses it, and puts the persons' keys that it holds under it while it serves.",
        };
        var tokens = new Option<bool>("--tokens")
        {
            Description = "Instead: a new secret for the links that are sent from now on. Links that were sent work on; so do opt-out links that a thief of an older secret makes. None has to be restarted.",
        };
        var addresses = new Option<bool>("--addresses")
        {
            Description = "Instead: a new key under which addresses that are new are hashed from now on. Whoever is known or suppressed under an older one stays so. None has to be restarted.",
        };
        var controller = new Option<string>("--controller") { Description = "With --addresses: of this controller alone, by its id in the declaration." };
        var json = new Option<bool>("--json") { Description = "Answers as JSON." };
        var rotate = new Command(
            "rotate",
            "Adds a key that signs the documents of receipts from now on, in every process that shares the folder; none has to be restarted. "
            + "Older public keys stay in the key set for ever. Copy the folder keys to its own backup afterwards.")
        {
            data, wrapping, controllers, tokens, addresses, controller, json,
        };
        rotate.Validators.Add(given =>
        {
            if (new[] { wrapping, controllers, tokens, addresses }.Count(option => given.GetValue(option)) > 1) given.AddError("Give one of --wrapping, --controllers, --tokens and --addresses, one after the other.");
            if (given.GetValue(controller) is not null && !given.GetValue(addresses)) given.AddError("Give --controller with --addresses.");
        });
        rotate.SetAction(async (parsed, _) =>
        {
            var folder = Path.GetFullPath(parsed.GetValue(data)!);
            if (parsed.GetValue(wrapping)) return await TellAsync(ControllerKeyRotation.WrappingAsync(folder), "wrapped anew", parsed.GetValue(json));
            if (parsed.GetValue(controllers)) return await TellAsync(ControllerKeyRotation.ControllersAsync(folder), "with a new version", parsed.GetValue(json));
            if (parsed.GetValue(tokens)) return RotateIdentifierKeys.Tokens(folder, parsed.GetValue(json));
            if (parsed.GetValue(addresses)) return RotateIdentifierKeys.Addresses(folder, parsed.GetValue(controller), parsed.GetValue(json));
            return Rotate(folder, parsed.GetValue(json));
        });
        return new Command("keys", "The keys that sign the documents of receipts, those under which the keys of persons lie, and those of links and addresses.") { rotate, BackUpKeys.Command() };
    }

    private static async Task<int> TellAsync(Task<IReadOnlyList<RotatedKeys>> rotating, string did, bool json)
    {
        try
        {
            var rotated = await rotating;
            if (json) Console.WriteLine(System.Text.Encoding.UTF8.GetString(ContractJson.Write(rotated)));
            else foreach (var one in rotated) Console.WriteLine($"{one.Service}: keys of controllers {did}: {one.Keys}; wrapping key {one.Wrapping} holds.");
            return ExitCode.Done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return ExitCode.Refused;
        }
    }

    private static int Rotate(string data, bool json)
    {
        if (!Directory.Exists(data))
        {
            Console.Error.WriteLine($"There is no data folder {data}. Name with --data the folder that the services run on.");
            return ExitCode.Refused;
        }
        try
        {
            var keys = SigningKeys.OfReceipts(new ConfigurationBuilder().AddInMemoryCollection([new("Data", data)]).Build());
            var current = keys.Rotate().Jwk.Kid;
            var (version, older) = (keys.All.Count, keys.All.SkipLast(1).Select(key => key.Jwk.Kid));
            Console.WriteLine(json
                ? System.Text.Encoding.UTF8.GetString(ContractJson.Write(new { Version = version, Kid = current, Older = older }))
                : $"Key {current} signs from now on, version {version}; {version - 1} older verify.");
            return ExitCode.Done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCode.Refused;
        }
    }
}
