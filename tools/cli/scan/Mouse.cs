namespace Consent.Cli.Scan;

/// <summary>The mouse over one tab. A page gets its input as it gets a person's.</summary>
internal sealed class Mouse(DevTools tools, string session)
{
    /// <summary>A page whose thread is busy heeds no mouse: it is not waited for.</summary>
    private static readonly TimeSpan Heeded = TimeSpan.FromSeconds(5);

    /// <summary>Presses there, as a person would.</summary>
    public async Task ClickAsync(double x, double y, CancellationToken cancel)
    {
        foreach (var type in (string[])["mouseMoved", "mousePressed", "mouseReleased"])
            await tools.AskAsync(session, "Input.dispatchMouseEvent", new { type, x, y, button = type == "mouseMoved" ? "none" : "left", clickCount = 1 }, cancel);
    }

    /// <returns>Whether the page heeded it.</returns>
    public Task<bool> MoveAsync(double x, double y, CancellationToken cancel) => SendAsync(new { type = "mouseMoved", x, y, button = "none" }, cancel);

    /// <summary>Turns the wheel there: down, or up by less than nothing.</summary>
    /// <returns>Whether the page heeded it.</returns>
    public Task<bool> WheelAsync(double x, double y, int deltaY, CancellationToken cancel) => SendAsync(new { type = "mouseWheel", x, y, deltaX = 0, deltaY }, cancel);

    private async Task<bool> SendAsync(object input, CancellationToken cancel)
    {
        try
        {
            await tools.AskAsync(session, "Input.dispatchMouseEvent", input, Heeded, cancel);
            return true;
        }
        catch (DevToolsException e) when (e is not BrowserGoneException)
        {
            return false;
        }
    }
}
