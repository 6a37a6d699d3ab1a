using System.Net;
using Consent.ServiceDefaults.Outgoing;
using Consent.VerifiableLog;

namespace Consent.Audit.Logs;

/// <summary>Who cosigns the checkpoints of the logs.</summary>
/// <param name="Submission">Where a checkpoint is sent to.</param>
internal sealed record Witness(Uri Submission, NoteVerifierKey Key);

/// <summary>
/// <c>Audit:Witnesses</c>, a list of <c>Url</c> (the submission prefix) and <c>Key</c> (the verifier key), <c>Audit:WitnessNetworks</c> and <c>Audit:CosignedWithin</c>; read at start. What each
/// means: README.md.
/// </summary>
/// <param name="AllowedNetworks">That may be called although they are not public.</param>
/// <param name="CosignedWithin">For so long an older cosigned checkpoint is shown rather than a newer one without cosignatures.</param>
internal sealed record WitnessSettings(IReadOnlyList<Witness> Witnesses, IReadOnlyList<IPNetwork> AllowedNetworks, TimeSpan CosignedWithin)
{
    private const string Setting = "Audit:Witnesses";

    /// <summary>Half a minute leaves a receipt well within the minute in which it is promised to be in the log.</summary>
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(10), Least = TimeSpan.FromSeconds(1), Most = TimeSpan.FromSeconds(30);

    /// <exception cref="InvalidOperationException">One of them is none.</exception>
    public static WitnessSettings Of(IConfiguration configuration)
    {
        List<Witness> witnesses = [.. configuration.GetSection(Setting).GetChildren().Select(WitnessOf)];
        // A witness with two names would look like two.
        if (witnesses.DistinctBy(w => Convert.ToHexString(w.Key.PublicKey.Span), StringComparer.Ordinal).Count() < witnesses.Count)
            throw new InvalidOperationException($"{Setting} has one key twice: name each witness once.");
        var within = configuration.GetValue("Audit:CosignedWithin", Usual);
        if (within < Least || within > Most)
            throw new InvalidOperationException("Audit:CosignedWithin is for how long a checkpoint waits for its cosignatures: 00:00:01 to 00:00:30.");
        return new WitnessSettings(witnesses, Networks.Of(configuration, "Audit:WitnessNetworks"), within);
    }

    private static Witness WitnessOf(IConfigurationSection one)
    {
        if (!Uri.TryCreate(one["Url"], UriKind.Absolute, out var prefix) || prefix.UserInfo.Length > 0 || prefix.Query.Length > 0 || prefix.Fragment.Length > 0
            || !(prefix.Scheme == Uri.UriSchemeHttps || (prefix.Scheme == Uri.UriSchemeHttp && prefix.IsLoopback)))
            throw new InvalidOperationException($"{one.Path}:Url must be the submission prefix of a witness, such as https://witness.example.org/submit; http only to this machine itself.");
        try
        {
            var key = NoteVerifierKey.Parse(one["Key"] ?? "");
            if (key.Type != NoteKeyType.Cosignature) throw new FormatException("It is no key for cosignatures with Ed25519, which have type 4.");
            if (!key.CanVerify) throw new InvalidOperationException($"{Setting} needs OpenSSL 3 (libcrypto.so.3), which is not on this machine: install it, or name no witness.");
            return new Witness(new Uri($"{prefix.AbsoluteUri.TrimEnd('/')}/{WitnessProtocol.Call}"), key);
        }
        catch (FormatException e)
        {
            throw new InvalidOperationException($"{one.Path}:Key must be the witness's verifier key, name+id+key. {e.Message}", e);
        }
    }
}
