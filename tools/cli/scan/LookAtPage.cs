using System.Diagnostics;

namespace Consent.Cli.Scan;

/// <summary>
/// What somebody does who looks at a page: moves the mouse, scrolls down and up again, and stays for a while, since a tracker may wait
/// for each of these. Never a click and never a key: those change things.
/// </summary>
/// <param name="linger">How long at least, from now; zero leaves as soon as the page is at rest.</param>
internal sealed class LookAtPage(Tab tab, TimeSpan linger)
{
    private static readonly TimeSpan BetweenTurns = TimeSpan.FromMilliseconds(100), BetweenMoves = TimeSpan.FromMilliseconds(250);

    /// <summary>As parts of the window, and not to its top: a mouse that seems to leave brings up what keeps people back.</summary>
    private static readonly (double Across, double Down)[] Way = [(0.2, 0.3), (0.35, 0.5), (0.5, 0.35), (0.65, 0.6), (0.8, 0.7), (0.5, 0.5)];

    /// <summary>In the margin, where it opens nothing that would lie over the page, or over a banner's button.</summary>
    private static readonly (double Across, double Down) Aside = (0.01, 0.5);

    /// <summary>Of the wheel, in CSS pixels.</summary>
    private static readonly int[] Turns = [400, 400, -400, -400];

    /// <summary>Looks until the time is over and all is at rest again.</summary>
    public async Task LookAsync(CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        await tab.SettleAsync(cancel);
        await MoveAndTurnAsync(cancel);
        // The wheel reaches only so far, and may have turned something inside the page.
        await tab.EvaluateAsync(PageScripts.ScrollThrough, cancel);
        for (var step = 0; clock.Elapsed < linger; step++)
        {
            await MoveAsync(Way[step % Way.Length], cancel);
            await Task.Delay(BetweenMoves, cancel);
        }

        await MoveAsync(Aside, cancel);
        await tab.SettleAsync(cancel);
    }

    private async Task MoveAndTurnAsync(CancellationToken cancel)
    {
        foreach (var place in Way)
        {
            if (!await MoveAsync(place, cancel)) return;
        }

        var (across, down) = Way[^1];
        foreach (var turn in Turns)
        {
            if (!await tab.Mouse.WheelAsync(across * tab.Width, down * Tab.Height, turn, cancel)) return;
            await Task.Delay(BetweenTurns, cancel);
        }
    }

    private Task<bool> MoveAsync((double Across, double Down) place, CancellationToken cancel) =>
        tab.Mouse.MoveAsync(place.Across * tab.Width, place.Down * Tab.Height, cancel);
}
