namespace Consent.Cli.Tests;

/// <summary>A page whose trackers each wait for something: a timer, the mouse, the wheel, a scroll; and one for what a scan must never do.</summary>
internal static class WaitingPage
{
    public static string Html(int port) => $$"""
        <!doctype html><title>Waiting</title><body style="height: 3000px">
        <script>
          const tell = name => { new Image().src = `http://${name}.localhost:{{port}}/pixel`; };
          const on = (kind, name) => addEventListener(kind, e => e.isTrusted && tell(name), { once: true });
          on('mousemove', 'move');
          on('wheel', 'wheel');
          on('scroll', 'scroll');
          setTimeout(() => tell('timer'), 2000);
          // One that comes late, and then waits for the mouse.
          setTimeout(() => on('mousemove', 'late'), 2000);
          for (const kind of ['click', 'mousedown', 'pointerdown', 'touchstart', 'keydown']) on(kind, 'pressed');
        </script>
        """;
}
