namespace Consent.Tests.Support;

/// <summary>The mail gate before a mail server on the loopback, for sending streams of the sample sites.</summary>
/// <param name="next">Port of the mail server behind it.</param>
/// <param name="users">Its streams as they sign in, <c>{stream}@{site}</c>.</param>
public sealed class GateInFront(int next, params string[] users)
{
    private readonly Dictionary<string, string> _passwords = new(StringComparer.Ordinal);

    /// <summary>Where it takes mail.</summary>
    public int Port { get; } = FreePorts.Take(1)[0];

    /// <summary>Once the product was started.</summary>
    public string PasswordOf(string user) => _passwords[user];

    /// <summary>Makes the passwords, as an operator does, and tells the settings of the gate.</summary>
    /// <param name="data">Its data folder.</param>
    /// <param name="marketing">Where it asks.</param>
    internal async Task<IReadOnlyDictionary<string, string>> PrepareAsync(string data, Uri marketing)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["MailGate:Listen"] = $"127.0.0.1:{Port}",
            ["MailGate:Next"] = $"127.0.0.1:{next}",
            ["MailGate:NextTls"] = "none",
            ["MailGate:Marketing"] = marketing.GetLeftPart(UriPartial.Authority),
            ["MailGate:Token"] = Tokens.For(data, "marketing"),
            ["MailGate:CountEvery"] = "00:00:01",
        };
        foreach (var (user, i) in users.Select((user, i) => (user, i)))
        {
            var (stream, site) = (user.Split('@')[0], user.Split('@')[1]);
            await using var maker = new ServiceProcess(
                "credential", Repository.Program("services/mail-gate"), marketing, new Dictionary<string, string>(StringComparer.Ordinal) { ["Data"] = data })
            {
                Arguments = ["credential", site, stream],
            };
            maker.Start();
            if (!await maker.EndedAsync() || maker.ExitCode != 0) throw new InvalidOperationException($"No password was made:\n{maker.LastLines()}");
            _passwords[user] = After(maker, "password ");
            (settings[$"MailGate:Streams:{i}:Site"], settings[$"MailGate:Streams:{i}:Stream"]) = (site, stream);
            settings[$"MailGate:Streams:{i}:Password"] = After(maker, "MailGate__Streams__0__Password=");
        }
        return settings;
    }

    private static string After(ServiceProcess maker, string word) =>
        maker.Output.Select(line => line.Trim()).First(line => line.StartsWith(word, StringComparison.Ordinal))[word.Length..].Trim();
}
