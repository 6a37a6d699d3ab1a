using System.Net;
using System.Net.Http.Headers;
using Consent.ServiceDefaults.Outgoing;
using Consent.VerifiableLog;

namespace Consent.Audit.Logs;

/// <summary>
/// One call to a witness. Whatever it does costs 5 seconds and <see cref="WitnessProtocol.MostAnswer"/> bytes at most, is followed nowhere else, and never throws but when cancelled.
/// </summary>
internal sealed class CallWitness : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly IPNetwork[] ThisMachine = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];
    private static readonly ProductInfoHeaderValue Agent = new("Consent-Audit", "1.0");
    private readonly Witness _witness;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http;

    /// <param name="networks">That may be called although they are not public.</param>
    public CallWitness(Witness witness, IReadOnlyList<IPNetwork> networks, TimeProvider time)
    {
        (_witness, _time) = (witness, time);
        IReadOnlyList<IPNetwork> allowed = witness.Submission.IsLoopback ? [.. networks, .. ThisMachine] : networks;
        _http = new HttpMessageInvoker(new GuardedConnect(allowed, Patience, Dns.GetHostAddressesAsync).Handler(), disposeHandler: true);
    }

    /// <summary>See <see cref="WitnessProtocol.Request"/>.</summary>
    public async Task<WitnessAnswer> SendAsync(long old, IReadOnlyList<NodeHash> proof, SignedNote checkpoint, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _witness.Submission) { Content = new ByteArrayContent(WitnessProtocol.Request(old, proof, checkpoint)) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain", "utf-8");
            request.Headers.UserAgent.Add(Agent);
            using var response = await _http.SendAsync(request, either.Token);
            // From a size to itself there is nothing to prove: what is refused then is the root.
            return await ReadAsync(response, checkpoint, old > 0 && proof.Count == 0 ? old : null, either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new WitnessAnswer(WitnessOutcome.Timeout);
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException)
        {
            return new WitnessAnswer(Causes(failed).OfType<RefusedTargetException>().Any() ? WitnessOutcome.TargetForbidden : WitnessOutcome.Unreachable);
        }
    }

    public void Dispose() => _http.Dispose();

    /// <param name="same">The size of the checkpoint where the witness was told that it holds that size already; null where it was not.</param>
    private async Task<WitnessAnswer> ReadAsync(HttpResponseMessage response, SignedNote checkpoint, long? same, CancellationToken cancel)
    {
        var status = (int)response.StatusCode;
        if (status == 422 && same is not null) return new WitnessAnswer(WitnessOutcome.Forked);
        if (status is not (200 or 409)) return new WitnessAnswer(OutcomeOf(status));
        if (await BodyAsync(response, cancel) is not { } body) return new WitnessAnswer(WitnessOutcome.Unreadable);
        if (status == 200)
        {
            return WitnessProtocol.CosignatureIn(body, checkpoint, _witness.Key) is { } cosignature
                ? new WitnessAnswer(WitnessOutcome.Cosigned, cosignature)
                : new WitnessAnswer(WitnessOutcome.NotVerified);
        }

        var told = response.Content.Headers.ContentType?.MediaType == WitnessProtocol.SizeType ? WitnessProtocol.SizeIn(body) : null;
        // Of another size it says which one; of another root there is none to say, or the same one.
        if (same is not null && (told ?? same) == same) return new WitnessAnswer(WitnessOutcome.Forked);
        return told is { } size ? new WitnessAnswer(WitnessOutcome.Conflict, Size: size) : new WitnessAnswer(WitnessOutcome.Unreadable);
    }

    private static string OutcomeOf(int status) => status switch
    {
        403 => WitnessOutcome.UnknownKeys,
        404 => WitnessOutcome.UnknownLog,
        422 => WitnessOutcome.Inconsistent,
        >= 300 and < 400 => WitnessOutcome.Redirect,
        _ => WitnessOutcome.Refused,
    };

    /// <summary>Null when it is too long.</summary>
    private static async Task<byte[]?> BodyAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        using var kept = new MemoryStream();
        var buffer = new byte[4096];
        while (await body.ReadAsync(buffer, cancel) is > 0 and var got)
        {
            if (kept.Length + got > WitnessProtocol.MostAnswer) return null;
            await kept.WriteAsync(buffer.AsMemory(0, got), cancel);
        }

        return kept.ToArray();
    }

    private static IEnumerable<Exception> Causes(Exception? e)
    {
        for (; e is not null; e = e.InnerException) yield return e;
    }
}
