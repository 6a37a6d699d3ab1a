using System.CommandLine;
using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <summary><c>--key</c>: by which keys a log is believed. They are to be had from the controller, by another way than the log.</summary>
internal static class TrustedKeys
{
    private const long LargestFile = 1 << 20;

    public static Option<string[]> Option() => new("--key")
    {
        Description = "A verifier key that you trust (name+id+key), or a file of them, one a line, as /log/{log}/keys answers: with the ends of those that were retired. May be repeated; witnesses' keys too.",
        Required = true,
    };

    /// <summary>At least one. Throws <see cref="InvalidDataException"/> with a sentence for what is neither a key nor a file of keys.</summary>
    public static BelievedKeys Read(IEnumerable<string> given)
    {
        var keys = BelievedKeys.Of(given.SelectMany(one => File.Exists(one) ? InFile(one) : Parse(one, "What --key names is neither a file nor a verifier key.")));
        return keys.Terms.Any(term => term.Key.Type != NoteKeyType.Cosignature) ? keys
            : throw new InvalidDataException("None of the keys is a log's own. Give a key of the log with --key.");
    }

    /// <summary>Empty lines are passed over, and comments but those that tell of a key's end.</summary>
    private static List<KeyTerm> InFile(string file)
    {
        if (new FileInfo(file).Length > LargestFile) throw new InvalidDataException($"{file} is too long for a file of keys.");
        return [.. File.ReadAllLines(file).Index().SelectMany(line => Parse(line.Item, $"Line {line.Index + 1} of {file} is no verifier key."))];
    }

    private static IEnumerable<KeyTerm> Parse(string line, string fault)
    {
        try
        {
            return KeyTerm.Parse(line) is { } term ? [term] : [];
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"{fault} {e.Message}", e);
        }
    }
}
