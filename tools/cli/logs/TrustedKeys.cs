using System.CommandLine;
using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <summary><c>--key</c>: by which keys a log is believed. They are to be had from the controller, by another way than the log.</summary>
internal static class TrustedKeys
{
    private const long LargestFile = 1 << 20;

    public static Option<string[]> Option() => new("--key")
    {
        Description = "A verifier key that you trust (name+id+key), or a file of them, one a line, as /log/{log}/keys answers. May be repeated; witnesses' keys too.",
        Required = true,
    };

    /// <summary>At least one. Throws <see cref="InvalidDataException"/> with a sentence for what is neither a key nor a file of keys.</summary>
    public static IReadOnlyList<NoteVerifierKey> Read(IEnumerable<string> given)
    {
        var keys = given.SelectMany(one => File.Exists(one) ? InFile(one) : [Parse(one, "What --key names is neither a file nor a verifier key.")]).ToList();
        return keys.Exists(key => key.Type != NoteKeyType.Cosignature) ? keys
            : throw new InvalidDataException("None of the keys is a log's own. Give a key of the log with --key.");
    }

    /// <summary>Empty lines, and lines that begin with #, are passed over.</summary>
    private static List<NoteVerifierKey> InFile(string file)
    {
        if (new FileInfo(file).Length > LargestFile) throw new InvalidDataException($"{file} is too long for a file of keys.");
        var lines = File.ReadAllLines(file).Index().Where(line => line.Item.Trim() is [not '#', ..]);
        return [.. lines.Select(line => Parse(line.Item.Trim(), $"Line {line.Index + 1} of {file} is no verifier key."))];
    }

    private static NoteVerifierKey Parse(string text, string fault)
    {
        try
        {
            return NoteVerifierKey.Parse(text);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"{fault} {e.Message}", e);
        }
    }
}
