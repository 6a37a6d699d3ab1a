using System.Net;
using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <summary>A log as a web server shows it (C2SP tlog-tiles, "APIs"). Throws <see cref="RefusedException"/> where it may not be read.</summary>
/// <param name="root">Its address, with a slash at the end.</param>
internal sealed class HttpLog(Uri root, PatientClient http) : ILogReader
{
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string path, CancellationToken cancel)
    {
        using var answer = await http.GetAsync(new Uri(root, path), cancel);
        if (answer.StatusCode == HttpStatusCode.NotFound) return null;
        if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            throw new RefusedException($"{root} may be read with an auditor's token only: give one with --token, or --data.");
        if ((int)answer.StatusCode is >= 400 and < 500) throw new RefusedException(GatewayClient.Reason(answer, await GatewayClient.ReadJsonAsync(answer, cancel)));
        answer.EnsureSuccessStatusCode();
        return new ReadOnlyMemory<byte>(await answer.Content.ReadAsByteArrayAsync(cancel));
    }
}
