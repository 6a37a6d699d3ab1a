using System.CommandLine;
using Consent.ServiceDefaults;

namespace Consent.Cli;

/// <summary>How a command is told whom it is about.</summary>
internal sealed class AskedPerson
{
    public Option<string> Site { get; } = new("--site") { Description = "The site on which it was decided.", Required = true };

    public Option<string> Subject { get; } = new("--subject") { Description = "The person's visitor id or address id." };

    public Option<string> Address { get; } = new("--address")
    {
        Description = "The person's e-mail address or telephone number; - reads it from the standard input, so that it stands in no history and no list of processes.",
    };

    public Option<string> Reason { get; } = new("--reason")
    {
        Description = $"Why you must know, {Reasons.Shortest} to {Reasons.Longest} characters that name nobody: needed with --address, and kept with the note that you looked.",
    };

    public void AddTo(Command command)
    {
        command.Add(Site);
        command.Add(Subject);
        command.Add(Address);
        command.Add(Reason);
        command.Validators.Add(given =>
        {
            if (given.GetResult(Subject) is null == given.GetResult(Address) is null) given.AddError("Name one person, by --subject or by --address.");
            if (given.GetResult(Address) is not null && Reasons.Read(given.GetValue(Reason)) is null)
                given.AddError($"--address takes a --reason of {Reasons.Shortest} to {Reasons.Longest} characters.");
        });
    }

    /// <summary>What the command line says, as audit takes it.</summary>
    public async Task<(string Site, string? Subject, string? Address, string? Reason)> ReadAsync(ParseResult parsed, CancellationToken cancel)
    {
        var address = parsed.GetValue(Address);
        if (address == "-") address = (await Console.In.ReadLineAsync(cancel))?.Trim();
        return (parsed.GetValue(Site)!, parsed.GetValue(Subject), address, parsed.GetValue(Reason));
    }
}
