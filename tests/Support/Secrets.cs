using System.Buffers;
using System.Collections.Concurrent;
using System.Text;

namespace Consent.Tests.Support;

/// <summary>What must not turn up in a log line, a metric or a span: subject ids, addresses, tokens.</summary>
public sealed class Secrets
{
    private readonly ConcurrentDictionary<string, byte> _known = new(StringComparer.Ordinal);
    private volatile Sought _sought = new(0, SearchValues.Create([], StringComparison.OrdinalIgnoreCase));

    public int Count => _known.Count;

    /// <summary>Remembers it, and hands it back.</summary>
    public string Keep(string secret)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(secret);
        if (secret.Length < 12) throw new ArgumentException("Too short to be searched for: it would turn up by chance.", nameof(secret));
        _known.TryAdd(secret, 0);
        return secret;
    }

    /// <summary>An address of a person who does not exist; what is searched for is the part before the @, whatever its encoding.</summary>
    public string Address() => $"{Keep($"reader-{Contracts.RandomId.New()}")}@example.org";

    public string Visitor() => Keep(Contracts.RandomId.New());

    /// <summary>A description of every leak in the text: the start of the secret and the line around it. Case is passed over.</summary>
    public IReadOnlyList<string> LeaksIn(string source, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var leaks = new List<string>();
        // All of them at once: there are hundreds of them, and of texts tens of thousands.
        if (_sought.Count != Count) _sought = new Sought(Count, SearchValues.Create([.. _known.Keys], StringComparison.OrdinalIgnoreCase));
        if (!text.AsSpan().ContainsAny(_sought.Any)) return leaks;
        foreach (var secret in _known.Keys)
        {
            var at = text.IndexOf(secret, StringComparison.OrdinalIgnoreCase);
            if (at < 0) continue;
            var (from, to) = (Math.Max(0, at - 100), Math.Min(text.Length, at + secret.Length + 60));
            leaks.Add($"{source}: {secret[..12]}… in: {text[from..to].ReplaceLineEndings(" ")}");
        }
        return leaks;
    }

    public IReadOnlyList<string> LeaksIn(string source, byte[] bytes) => LeaksIn(source, Encoding.Latin1.GetString(bytes));

    /// <param name="Count">How many there were; none is ever taken away.</param>
    private sealed record Sought(int Count, SearchValues<string> Any);
}
