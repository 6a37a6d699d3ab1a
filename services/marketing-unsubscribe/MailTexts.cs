using System.Text.Json;
using System.Text.Json.Serialization;
using Consent.Contracts;
using Consent.Storage;

namespace Consent.MarketingUnsubscribe;

/// <summary>What a mail says to everybody who is sent it, with nothing where its links stand: it names nobody.</summary>
/// <param name="Text">The plain text, with its lines ended by a line feed.</param>
public sealed record MailText(string Subject, string Text)
{
    /// <summary>SHA-256, in hexadecimal digits, of the canonical JSON (RFC 8785) <c>{"subject":…,"text":…}</c>.</summary>
    [JsonIgnore]
    public string Hash => CanonicalJson.Hash(this);
}

/// <summary>
/// Keeps each distinct text of the mails that a proof names by its hash, once, in a stream of its own: the words of a later version of this software, or of a
/// later declaration, are others, and could not show what was sent.
/// </summary>
public sealed class MailTexts([FromKeyedServices(MarketingUnsubscribeSetup.Service)] IRecordLog log, TimeProvider time)
{
    private const string Prefix = "mail-text/";
    private const string Kind = "mail-text";

    public static bool IsStream(string stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return stream.StartsWith(Prefix, StringComparison.Ordinal);
    }

    /// <summary>
    /// Durable on return: so before the first mail with it goes out, and whether or not one is due to who asks. Throws
    /// <see cref="LogUnavailableException"/> when it cannot be kept.
    /// </summary>
    public async Task KeepAsync(MailText text, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(text);
        var stream = $"{Prefix}{text.Hash}";
        // Of a conflict either another kept the same, or the log was restored meanwhile: look again.
        while (await log.LatestAsync(stream, cancel) is null)
        {
            var outcome = await log.AppendAsync(new NewRecord
            {
                Stream = stream,
                Version = 1,
                Kind = Kind,
                RecordedAt = time.Now(),
                // The bytes of which the hash is.
                Payload = CanonicalJson.Write(JsonSerializer.SerializeToNode(text, ContractJson.Options)),
            });
            if (outcome is AppendOutcome.Appended) return;
        }
    }

    /// <summary>Null where none was kept, as of mails of old.</summary>
    public async Task<MailText?> FindAsync(string hash, CancellationToken cancel) => (await log.LatestAsync($"{Prefix}{hash}", cancel))?.Read<MailText>();
}
