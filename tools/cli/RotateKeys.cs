using System.CommandLine;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.Extensions.Configuration;

namespace Consent.Cli;

/// <summary><c>keys rotate</c>: a new key signs the documents of receipts; what the old ones signed still verifies.</summary>
internal static class RotateKeys
{
    public static Command Command()
    {
        var data = new Option<string>("--data")
        {
            Description = "The data folder, or in a cluster the volume of the consent service.",
            DefaultValueFactory = _ => MakeToken.DefaultData,
        };
        var json = new Option<bool>("--json") { Description = "Answers as JSON." };
        var rotate = new Command(
            "rotate",
            "Adds a key that signs the documents of receipts from now on, in every process that shares the folder; none has to be restarted. "
            + "Older public keys stay in the key set for ever. Copy the folder keys to its own backup afterwards.")
        {
            data, json,
        };
        rotate.SetAction(parsed => Rotate(Path.GetFullPath(parsed.GetValue(data)!), parsed.GetValue(json)));
        return new Command("keys", "The keys that sign the documents of receipts.") { rotate };
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
