using System.Text.Json;

namespace Consent.Cli.Scan;

/// <param name="Phase">In which the start page was taken.</param>
/// <param name="File">Its name in the folder of <c>--screenshots</c>, so that folder and report can go elsewhere together.</param>
internal sealed record Screenshot(Phase Phase, string File);

/// <summary>The pictures as files of their own, which the report for programs names; the one for people holds them itself.</summary>
internal static class Screenshots
{
    /// <param name="pictures">JPEG in base64.</param>
    /// <returns>What was written, in the order of the visits.</returns>
    public static async Task<IReadOnlyList<Screenshot>> WriteAsync(string folder, IReadOnlyDictionary<Phase, string> pictures, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        var written = new List<Screenshot>();
        foreach (var (phase, picture) in pictures.OrderBy(p => p.Key))
        {
            var shot = new Screenshot(phase, $"{JsonNamingPolicy.KebabCaseLower.ConvertName(phase.ToString())}.jpg");
            await File.WriteAllBytesAsync(Path.Combine(folder, shot.File), Convert.FromBase64String(picture), cancel);
            written.Add(shot);
        }

        return written;
    }
}
