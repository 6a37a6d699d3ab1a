using Consent.Contracts;
using Consent.Storage;

namespace Consent.MarketingUnsubscribe;

/// <summary>By what else a person is known.</summary>
/// <param name="IsNumber">It is of a telephone number, to which no e-mail goes.</param>
public sealed record OtherId(string SubjectId, bool IsNumber)
{
    /// <summary>Whether what is decided of the topic, or of everything, is about this one too.</summary>
    public bool IsReachedBy(string topic) => !IsNumber || topic == MarketingRecord.Everything || ChannelTopic.Read(topic) is not { Channel: Channel.Email };
}

/// <summary>
/// Which ids are one person's, by the controller's word: an e-mail address and a telephone number tell nobody that they are. Under each of the two it is noted
/// in a stream of its own, sealed like all that is personal, and it goes with either. It is told to nobody, and serves a "no" alone (<see cref="SamePerson"/>).
/// It reaches no further than was stated: of three each pair is.
/// </summary>
public sealed class SamePersonNotes([FromKeyedServices(MarketingUnsubscribeSetup.Service)] IRecordLog log, TimeProvider time)
{
    /// <summary>What has more is a switchboard's number, or a list's address.</summary>
    private const int Most = 10;
    private const string Kind = "same-person";

    /// <param name="own">Every id of one address.</param>
    public async Task<IReadOnlyList<OtherId>> OthersAsync(string site, IEnumerable<string> own, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(own);
        var others = new List<OtherId>();
        foreach (var id in own) others.AddRange(OthersIn(await log.LatestAsync(StreamOf(site, id), cancel)));
        return [.. others.Distinct()];
    }

    /// <summary>Notes each under the other. Durable on return; bears repeating.</summary>
    /// <returns>False where one of them has as many others as anybody may: nothing is noted then.</returns>
    public async Task<bool> NoteAsync(string site, OtherId one, OtherId two, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(two);
        var (ofOne, ofTwo) = (await OthersAsync(site, [one.SubjectId], cancel), await OthersAsync(site, [two.SubjectId], cancel));
        if ((ofOne.Count >= Most && !ofOne.Contains(two)) || (ofTwo.Count >= Most && !ofTwo.Contains(one))) return false;
        await AddAsync(site, one.SubjectId, two, cancel);
        await AddAsync(site, two.SubjectId, one, cancel);
        return true;
    }

    /// <summary>
    /// Erases what is noted under the id, and the id from what is noted under the others, of whose notes the rest is written anew. Durable on return; what was
    /// broken off is done to its end when it is asked again.
    /// </summary>
    public async Task ForgetAsync(string site, string subjectId, CancellationToken cancel)
    {
        var stream = StreamOf(site, subjectId);
        while (await log.LatestAsync(stream, cancel) is { Kind: Kind } newest)
        {
            var note = newest.Read<Note>();
            if (note.Rests is null)
            {
                var rests = new Dictionary<string, IReadOnlyList<OtherId>>(StringComparer.Ordinal);
                foreach (var other in note.Others)
                    rests[other.SubjectId] = [.. (await OthersAsync(site, [other.SubjectId], cancel)).Where(o => o.SubjectId != subjectId)];
                await AppendAsync(stream, newest, note with { Rests = rests });
                continue;
            }
            foreach (var (other, rest) in note.Rests)
            {
                foreach (var still in rest.Union(await EraseAsync(site, other, subjectId, cancel))) await AddAsync(site, other, still, cancel);
            }
            await log.EraseAsync(stream, default, time.Now(), newest.Version);
        }
    }

    /// <summary>Only where the id is noted there still: what is there without it was written since.</summary>
    /// <returns>What else was noted there, also since the rests were.</returns>
    private async Task<IReadOnlyList<OtherId>> EraseAsync(string site, string other, string subjectId, CancellationToken cancel)
    {
        var (stream, stood) = (StreamOf(site, other), (IReadOnlyList<OtherId>)[]);
        while (await log.LatestAsync(stream, cancel) is { } newest && OthersIn(newest).Any(o => o.SubjectId == subjectId))
        {
            stood = [.. OthersIn(newest).Where(o => o.SubjectId != subjectId)];
            await log.EraseAsync(stream, default, time.Now(), newest.Version);
        }
        return stood;
    }

    private async Task AddAsync(string site, string own, OtherId other, CancellationToken cancel)
    {
        var stream = StreamOf(site, own);
        while (true)
        {
            var newest = await log.LatestAsync(stream, cancel);
            var others = OthersIn(newest);
            if (others.Contains(other) || await AppendAsync(stream, newest, new Note([.. others, other]))) return;
        }
    }

    private async Task<bool> AppendAsync(string stream, LogRecord? newest, Note note) => await log.AppendAsync(new NewRecord
    {
        Stream = stream,
        Version = (newest?.Version ?? 0) + 1,
        Kind = Kind,
        RecordedAt = time.Now(),
        Payload = ContractJson.Write(note),
    }) is AppendOutcome.Appended;

    private static string StreamOf(string site, string subjectId) => $"same-person/{site}/{subjectId}";

    private static IReadOnlyList<OtherId> OthersIn(LogRecord? newest) => newest is { Kind: Kind } ? newest.Read<Note>().Others : [];

    /// <param name="Rests">Of an id that is about to be forgotten: what stays noted under each of the others.</param>
    private sealed record Note(IReadOnlyList<OtherId> Others, IReadOnlyDictionary<string, IReadOnlyList<OtherId>>? Rests = null);
}
