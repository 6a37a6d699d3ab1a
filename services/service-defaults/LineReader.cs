using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Consent.ServiceDefaults;

/// <summary>The lines of a body, one at a time, in bounded memory. Numbers count from 1, every line of the text.</summary>
/// <param name="longest">Bytes of a line; a carriage return before its end counts.</param>
public sealed class LineReader(Stream body, int longest)
{
    private readonly PipeReader _pipe = PipeReader.Create(body);
    private long _number;

    public int Longest => longest;

    /// <summary>The next line, with a null text when it is longer than allowed; null at the end.</summary>
    public async ValueTask<(long Number, string? Text)?> NextAsync(CancellationToken cancel)
    {
        var tooLong = false;
        while (true)
        {
            var read = await _pipe.ReadAsync(cancel);
            var buffer = read.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = buffer.Slice(0, end);
                tooLong |= line.Length > longest;
                var text = tooLong ? null : Encoding.UTF8.GetString(line).TrimEnd('\r');
                _pipe.AdvanceTo(buffer.GetPosition(1, end));
                return (++_number, text);
            }

            if (read.IsCompleted)
            {
                var text = tooLong || buffer.Length > longest ? null : Encoding.UTF8.GetString(buffer).TrimEnd('\r');
                var empty = buffer.Length == 0 && !tooLong;
                _pipe.AdvanceTo(buffer.End);
                return empty ? null : (++_number, text);
            }

            // What is too long is thrown away as it comes.
            tooLong |= buffer.Length > longest;
            _pipe.AdvanceTo(tooLong ? buffer.End : buffer.Start, buffer.End);
        }
    }
}
