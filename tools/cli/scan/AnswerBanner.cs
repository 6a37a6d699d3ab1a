using System.Diagnostics;
using System.Text.Json;

namespace Consent.Cli.Scan;

/// <summary>Presses refuse or accept, and sees that the banner goes.</summary>
/// <param name="selector">CSS of a foreign banner's button; null for Consent's own banner.</param>
internal sealed class AnswerBanner(Tab tab, bool accept, string? selector)
{
    private string Option => accept ? "--accept-selector" : "--refuse-selector";

    /// <exception cref="CouldNotScanException">No such button came into view within the limit, or it stayed after it was pressed.</exception>
    public async Task AnswerAsync(TimeSpan limit, CancellationToken cancel)
    {
        if (!await BecomesSoAsync(PressAsync, limit, cancel))
        {
            throw new CouldNotScanException(selector is null
                ? $"No banner of Consent came into view within {limit.TotalSeconds} seconds. Name another banner's buttons with --refuse-selector and --accept-selector; a banner inside a frame cannot be answered."
                : $"Nothing that can be seen answers to {Option} {selector} within {limit.TotalSeconds} seconds; a banner inside a frame cannot be answered.");
        }

        await tab.SettleAsync(cancel);
        if (!await BecomesSoAsync(IsGoneAsync, limit, cancel))
            throw new CouldNotScanException($"The banner stayed after its button was pressed. Name the button that {(accept ? "accepts" : "refuses")} everything with {Option}.");
    }

    private async Task<bool> PressAsync(CancellationToken cancel)
    {
        var place = await tab.EvaluateAsync(PageScripts.PressOrPlace(accept, selector), cancel);
        if (place.ValueKind != JsonValueKind.Array) return false;
        if (place.GetArrayLength() == 2) await tab.Mouse.ClickAsync(place[0].GetDouble(), place[1].GetDouble(), cancel);
        return true;
    }

    private async Task<bool> IsGoneAsync(CancellationToken cancel) =>
        (await tab.EvaluateAsync(PageScripts.Shows(accept, selector), cancel)).ValueKind == JsonValueKind.False;

    private static async Task<bool> BecomesSoAsync(Func<CancellationToken, Task<bool>> isSo, TimeSpan limit, CancellationToken cancel)
    {
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(100, cancel))
        {
            if (await isSo(cancel)) return true;
            if (clock.Elapsed > limit) return false;
        }
    }
}
