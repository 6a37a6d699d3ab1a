using System.Globalization;
using System.Text;

namespace Consent.Storage;

/// <summary>
/// A small file with the epoch and position that a log had reached, written a second after a change and at the end. It lags, so
/// it proves a restore that loses more than a second, and never finds one where there is none. Replicas share it: each writes it
/// whole, and none takes back what another has seen.
/// </summary>
internal sealed class HighWaterMark : IDisposable
{
    // Written in one piece and always of one length, so that whoever reads meanwhile finds the one mark or the other.
    private const int Length = 40;
    private readonly string _file;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private Mark _reached;
    private Mark _written;

    /// <param name="time">Whatever the clock of the log is: the real one, unless for a test.</param>
    public HighWaterMark(string file, TimeProvider time)
    {
        _file = file;
        _timer = time.CreateTimer(_ => Write(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public Mark? Read()
    {
        if (!File.Exists(_file)) return null;
        var parts = File.ReadAllText(_file).Trim().Split(' ');
        return parts.Length == 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var epoch)
            && long.TryParse(parts[1], CultureInfo.InvariantCulture, out var position) ? new Mark(epoch, position) : null;
    }

    public void Move(int epoch, long position)
    {
        lock (_gate)
        {
            var waiting = _reached != _written;
            _reached = new Mark(epoch, position);
            if (!waiting) WriteInASecond();
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        Write();
    }

    private void WriteInASecond() => _timer.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

    private void Write()
    {
        lock (_gate)
        {
            if (_reached == _written) return;
            try
            {
                var seen = Read();
                if (seen is not { } other || (other.Epoch, other.Position).CompareTo((_reached.Epoch, _reached.Position)) < 0)
                {
                    var text = string.Create(CultureInfo.InvariantCulture, $"{_reached.Epoch} {_reached.Position}");
                    using var file = new FileStream(_file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
                    file.Write(Encoding.ASCII.GetBytes(text.PadRight(Length - 1) + "\n"));
                }

                _written = _reached;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The mark is a second look, not the log: it is tried again. A change that comes meanwhile finds that a write waits.
                WriteInASecond();
            }
        }
    }
}
