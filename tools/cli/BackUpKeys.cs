using System.CommandLine;
using Consent.Contracts;
using Consent.Storage;

namespace Consent.Cli;

/// <summary><c>keys backup</c>: all keys of a data folder, copied while the services run, apart from the data.</summary>
internal static class BackUpKeys
{
    public static Command Command()
    {
        var target = new Argument<string>("folder") { Description = "A new folder for the copy, outside of the data and of every backup of them." };
        var data = new Option<string>("--data") { Description = "The data folder.", DefaultValueFactory = _ => MakeToken.DefaultData };
        var json = new Option<bool>("--json") { Description = "Answers as JSON." };
        var command = new Command(
            "backup",
            "Copies the keys of every service so that the copy opens, while the services run; only its owner can read it. Take it after the backup of the data. "
            + "Keep the newest alone: an older one has the keys of persons who were erased since.")
        {
            target, data, json,
        };
        command.SetAction(parsed =>
        {
            try
            {
                var copied = KeyBackup.Take(parsed.GetValue(data)!, parsed.GetValue(target)!);
                if (parsed.GetValue(json)) Console.WriteLine(System.Text.Encoding.UTF8.GetString(ContractJson.Write(copied)));
                else foreach (var one in copied) Console.WriteLine($"{one.Service}: files of keys copied: {one.Files}.");
                return ExitCode.Done;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine(e.Message);
                return ExitCode.Refused;
            }
        });
        return command;
    }
}
