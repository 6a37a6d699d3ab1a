using System.CommandLine;
using Consent.Contracts;
using Consent.Storage;

namespace Consent.Cli;

/// <summary><c>backup</c> and <c>restore</c>: the databases of a data folder, copied while the services write, and brought back.</summary>
public static class BackUpData
{
    internal static Command BackupCommand()
    {
        var data = Data();
        var to = new Option<string>("--to") { Description = "A new folder for the copies.", Required = true };
        var json = Json();
        var command = new Command(
            "backup", "Copies every database of a data folder, while the services run. The folder keys is not among them: keep a copy of it elsewhere.")
        {
            data, to, json,
        };
        command.SetAction(parsed => Run(
            parsed.GetValue(json), "copied", done => DataBackup.Take(parsed.GetValue(data)!, parsed.GetValue(to)!, done)));
        return command;
    }

    internal static Command RestoreCommand()
    {
        var data = Data();
        var from = new Option<string>("--from") { Description = "A folder that 'backup' made.", Required = true };
        var json = Json();
        var command = new Command(
            "restore", """
            Brings a backup back into the data folder of stopped services, and lets every log begin a new epoch. What was decided since is lost, unless another
            service still knows it: so delete from the copies, before, the folders of those services that lost nothing.
            """)
        {
            data, from, json,
        };
        command.SetAction(parsed => Run(
            parsed.GetValue(json), "restored", done => DataBackup.Restore(parsed.GetValue(from)!, parsed.GetValue(data)!, TimeProvider.System, done)));
        return command;
    }

    private static int Run(bool json, string did, Func<Action<BackedUp>?, IReadOnlyList<BackedUp>> work)
    {
        try
        {
            var files = work(json ? null : file => Console.WriteLine(
                $"{did} {file.File}, {file.Bytes / 1024} KiB{(file.Epoch is { } epoch ? $", epoch {epoch} begins" : "")}"));
            if (json) Console.WriteLine(System.Text.Encoding.UTF8.GetString(ContractJson.Write(files)));
            return ExitCode.Done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCode.Refused;
        }
    }

    private static Option<string> Data() => new("--data") { Description = "The data folder.", DefaultValueFactory = _ => MakeToken.DefaultData };

    private static Option<bool> Json() => new("--json") { Description = "Answers as JSON." };
}
