using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Consent.Contracts;

namespace Consent.CookieBanner;

/// <summary>The files that a site's first script asks for: <c>rest</c>, <c>act</c> and <c>embeds</c>.</summary>
internal static class RenderParts
{
    private const int TagLength = 8;

    public static readonly IReadOnlyList<string> Names = ["rest", "act", "embeds"];

    public static string Script(Declaration declaration, string part, string language) => part switch
    {
        "rest" => RenderRest.Script(declaration, language),
        "act" => RenderAct.Script(declaration, language),
        "embeds" => $"const TEXTS={JsonSerializer.Serialize(BannerTexts.Embeds(declaration, language), RenderBanner.Json)};\n{Bundles.Embeds}",
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, "There is no such part."),
    };

    /// <summary>Changes with every byte of any of them in any language, so that they may be kept in caches for as long as these like.</summary>
    public static string TagOf(Declaration declaration)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var language in declaration.Languages)
        {
            foreach (var part in Names) hash.AppendData(Encoding.UTF8.GetBytes(Script(declaration, part, language)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..TagLength];
    }
}
