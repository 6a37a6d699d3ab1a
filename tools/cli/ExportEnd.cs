using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Consent.Cli;

/// <summary>
/// Whether an export of receipts is whole, by its own bytes as they go by (services/audit, README): its last line, or the last record of a CSV, says how many there are. In memory for
/// one short line, however long it is.
/// </summary>
internal sealed class ExportEnd(bool csv)
{
    /// <summary>A longer line is no end.</summary>
    private const int LongestEnd = 256;
    private List<byte> _last = [], _now = [];
    private long _lines;
    private bool _isQuoted;

    /// <summary>So far; of one that is whole, all of them.</summary>
    public long Receipts => Math.Max(0, _lines - (csv ? 1 : 0) - (IsWhole ? 1 : 0));

    public bool IsWhole
    {
        get
        {
            var (end, count) = (Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(_last)), _lines - (csv ? 2 : 1));
            return _now.Count == 0 && !_isQuoted && count >= 0 && (csv
                ? end.StartsWith(string.Create(CultureInfo.InvariantCulture, $"#end,{count},"), StringComparison.Ordinal)
                : end == string.Create(CultureInfo.InvariantCulture, $"{{\"end\":true,\"count\":{count}}}"));
        }
    }

    public void Read(ReadOnlySpan<byte> bytes)
    {
        foreach (var one in bytes)
        {
            // Within quotes a cell may have lines; a quote that is doubled turns it twice.
            if (csv && one == '"') _isQuoted = !_isQuoted;
            if (one == '\n' && !_isQuoted)
            {
                _lines++;
                (_last, _now) = (_now, _last);
                _now.Clear();
            }
            else if (_now.Count < LongestEnd)
            {
                _now.Add(one);
            }
        }
    }
}
