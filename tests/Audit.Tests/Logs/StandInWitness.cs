using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Consent.VerifiableLog;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Consent.Audit.Tests.Logs;

/// <summary>
/// A witness on the loopback, written from C2SP tlog-witness, with the proofs of consistency checked as RFC 9162, 2.1.4.2, spells it out. What it holds is in memory and outlives
/// the logs that it looks at.
/// </summary>
internal sealed class StandInWitness : IAsyncDisposable
{
    public const string Name = "witness.example/w1";
    private readonly WebApplication _app;
    private readonly CosignatureSigner _signer;
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (long Size, byte[] Root)> _held = new(StringComparer.Ordinal);
    private IReadOnlyCollection<NoteVerifierKey> _trusted = [];

    private StandInWitness()
    {
        _signer = new CosignatureSigner(Name, RandomNumberGenerator.GetBytes(32), TimeProvider.System);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    public NoteVerifierKey Key => _signer.Key;

    /// <summary>The submission prefix.</summary>
    public string Url => $"{_app.Urls.Single()}/submit";

    public (string Name, string Value)[] Settings => SettingsWith(Key);

    /// <summary>The first line of each request.</summary>
    public IReadOnlyList<string> Asked => [.. _asked];

    /// <summary>Done before it answers: it is honest, and takes its time.</summary>
    public Func<Task>? Before { get; set; }

    /// <summary>Answers in its place; null for a witness that is honest.</summary>
    public Func<HttpContext, SignedNote, Task>? Instead { get; set; }

    public static async Task<StandInWitness> StartAsync()
    {
        var witness = new StandInWitness();
        await witness._app.StartAsync();
        return witness;
    }

    /// <summary>As they are configured by who believes that this is its key.</summary>
    public (string Name, string Value)[] SettingsWith(NoteVerifierKey key, int number = 0) => [($"Audit:Witnesses:{number}:Url", Url), ($"Audit:Witnesses:{number}:Key", key.ToString())];

    /// <summary>Of each log that it looks at.</summary>
    public void Trust(IReadOnlyCollection<NoteVerifierKey> keys) => _trusted = keys;

    public string LineFor(SignedNote checkpoint) => $"{_signer.Cosign(checkpoint).Line}\n";

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _signer.Dispose();
    }

    private async Task HandleAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync();
        var split = body.IndexOf("\n\n", StringComparison.Ordinal);
        if (http.Request.Method != "POST" || http.Request.Path != "/submit/add-checkpoint" || split < 0)
        {
            http.Response.StatusCode = 400;
            return;
        }

        var (lines, note) = (body[..split].Split('\n'), SignedNote.Parse(body[(split + 2)..]));
        _asked.Enqueue(lines[0]);
        if (Instead is { } instead)
        {
            await instead(http, note);
            return;
        }

        if (Before is { } before) await before();
        var (status, type, text) = Answer(lines, note);
        (http.Response.StatusCode, http.Response.ContentType) = (status, type);
        await http.Response.WriteAsync(text);
    }

    private (int Status, string Type, string Text) Answer(string[] lines, SignedNote note)
    {
        var text = note.Text.Split('\n');
        var (origin, size, root) = (text[0], long.Parse(text[1], CultureInfo.InvariantCulture), Convert.FromBase64String(text[2]));
        if (!lines[0].StartsWith("old ", StringComparison.Ordinal) || !long.TryParse(lines[0][4..], NumberStyles.None, CultureInfo.InvariantCulture, out var old) || old > size || lines.Length > 64)
            return (400, "text/plain", "");
        if (!_trusted.Any(key => key.Name == origin)) return (404, "text/plain", "");
        if (note.VerifiedBy([.. _trusted]).Count == 0) return (403, "text/plain", "");
        lock (_gate)
        {
            var held = _held.GetValueOrDefault(origin);
            if (held.Size != old) return (409, "text/x.tlog.size", string.Create(CultureInfo.InvariantCulture, $"{held.Size}\n"));
            // Without a size: the one that it was told is right.
            if (old > 0 && old == size && !root.AsSpan().SequenceEqual(held.Root)) return (409, "text/plain", "");
            List<byte[]> proof = [.. lines.Skip(1).Select(Convert.FromBase64String)];
            var follows = old == 0 || old == size ? proof.Count == 0 : Follows(old, held.Root, size, root, proof);
            if (!follows) return (422, "text/plain", "");
            _held[origin] = (size, root);
            return (200, "text/plain", LineFor(note));
        }
    }

    private static bool Follows(long first, byte[] firstRoot, long second, byte[] secondRoot, List<byte[]> proof)
    {
        if (proof.Count == 0) return false;
        List<byte[]> path = long.IsPow2(first) ? [firstRoot, .. proof] : proof;
        var (fn, sn) = (first - 1, second - 1);
        while ((fn & 1) == 1) (fn, sn) = (fn >> 1, sn >> 1);
        var (fr, sr) = (path[0], path[0]);
        foreach (var c in path.Skip(1))
        {
            if (sn == 0) return false;
            if ((fn & 1) == 1 || fn == sn)
            {
                (fr, sr) = (Parent(c, fr), Parent(c, sr));
                while ((fn & 1) == 0 && fn != 0) (fn, sn) = (fn >> 1, sn >> 1);
            }
            else
            {
                sr = Parent(sr, c);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return fr.AsSpan().SequenceEqual(firstRoot) && sr.AsSpan().SequenceEqual(secondRoot) && sn == 0;
    }

    private static byte[] Parent(byte[] left, byte[] right) => SHA256.HashData([1, .. left, .. right]);
}
