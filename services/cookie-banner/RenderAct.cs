using System.Text.Json;
using Consent.Contracts;

namespace Consent.CookieBanner;

/// <summary>
/// What follows from a choice, as a module: what each purpose stores and tells to tags, and the texts of what reopens the banner, as JSON, ahead of the built bundle
/// (<c>script/dist/act.js</c>, or <c>act-signals.js</c> where tags are told something). Pure, as <see cref="RenderBanner"/>.
/// </summary>
public static class RenderAct
{
    /// <summary>The bundle stands behind the first line, byte for byte.</summary>
    public static string Script(Declaration declaration, string language) =>
        $"const EFFECTS={JsonSerializer.Serialize(Of(declaration), RenderBanner.Json)},TEXTS={JsonSerializer.Serialize(BannerTexts.Act(declaration, language), RenderBanner.Json)};\n{(TellsTags(declaration) ? Bundles.ActWithSignals : Bundles.Act)}";

    /// <summary>Whether a purpose grants anything to the tags of Google, Microsoft or Matomo.</summary>
    internal static bool TellsTags(Declaration declaration) => declaration.Purposes.Any(p => p.Signals is { Count: > 0 });

    internal static Dictionary<string, EffectsData> Of(Declaration declaration) => declaration.Purposes
        .Select(p => (p.Id, Effects: new EffectsData(
            [.. declaration.Cookies.Where(c => c.Purpose == p.Id).Select(c => new[] { KindLetter(c.Kind).ToString(), c.Name })], p.Signals is { Count: > 0 } ? p.Signals : null)))
        .Where(p => p.Effects.Keys.Length > 0 || p.Effects.Signals is not null)
        .ToDictionary(p => p.Id, p => p.Effects, StringComparer.Ordinal);

    internal static char KindLetter(CookieKind kind) => kind switch
    {
        CookieKind.LocalStorage => 'l',
        CookieKind.SessionStorage => 's',
        _ => 'c',
    };

    /// <summary>Mirrors <c>Effects</c> in <c>script/act.ts</c>.</summary>
    /// <param name="Keys">Kind and name of each.</param>
    internal sealed record EffectsData(string[][] Keys, IReadOnlyList<string>? Signals);
}
