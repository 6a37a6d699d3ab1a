using System.Globalization;
using CsvHelper;

namespace Consent.Cli;

/// <summary>
/// A list of addresses in a CSV file (RFC 4180, UTF-8), read row by row. A row that cannot be read is named by its line, and costs no other:
/// where quotes do not match, its first line is given up, and reading begins anew at the next. The separator is found out.
/// </summary>
internal sealed class AddressList : IDisposable
{
    private const string Quotes = "its quotes do not match";

    /// <summary>Bytes: what is held of the list at once, when a quote is never closed.</summary>
    private const int LongestRow = 1 << 20;
    private const int LongestAddress = 320, HeadBytes = 1 << 16, BytesAfterGivingUp = 1 << 13;

    private readonly FileStream _file;
    private readonly byte[] _head;
    private CsvReader _rows;
    private char? _separator;
    private byte[]? _preamble;
    private ListItem? _first;

    /// <summary>Where the reader began in the file, and behind how many lines.</summary>
    private long _start, _lines;
    private bool _isMalformed;
    private int _column;

    /// <summary>How many cells the first row has.</summary>
    private int? _most;

    private AddressList(FileStream file)
    {
        _file = file;
        var head = new byte[HeadBytes];
        _head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        file.Position = 0;
        var feed = _head.AsSpan().IndexOf((byte)'\n');
        NewLine = feed > 0 && _head[feed - 1] == '\r' ? "\r\n"u8.ToArray() : "\n"u8.ToArray();
        _rows = Begin(HeadBytes);
    }

    public string Name => _file.Name;

    /// <summary>What stands before the first row: a byte order mark, Excel's <c>sep=;</c>, empty lines.</summary>
    public byte[] Preamble => _preamble ?? [];

    /// <summary>The first row as it is; null where it is none.</summary>
    public byte[]? Header { get; private set; }

    /// <summary>How many cells the header has; 0 where there is none.</summary>
    public int Cells { get; private set; }

    public char Separator => _separator ?? ',';

    /// <summary>As the first line ends.</summary>
    public byte[] NewLine { get; }

    /// <summary>Part of the file that is read, 0 to 1.</summary>
    public double Done => _file.Length == 0 ? 1 : (double)(_start + _rows.ByteOffset) / _file.Length;

    /// <summary>Throws <see cref="InvalidDataException"/>, which says what to do, for a list without the column.</summary>
    /// <param name="column">The name in the header, or the number, from 1, in a list without one.</param>
    public static async Task<AddressList> OpenAsync(string file, string column, CancellationToken cancel)
    {
        var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, HeadBytes);
        try
        {
            if (!stream.CanSeek) throw new InvalidDataException("The list must be a file: what cannot be read is looked at again.");
            var list = new AddressList(stream);
            await list.FindColumnAsync(column, cancel);
            return list;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>The next row, or the next that cannot be read; null at the end.</summary>
    public async Task<ListItem?> ReadAsync(CancellationToken cancel)
    {
        if (_first is { } first)
        {
            _first = null;
            return first;
        }
        var (any, bad) = await NextAsync(cancel);
        return any ? bad ?? Row() : null;
    }

    public void Dispose()
    {
        _rows.Dispose();
        _file.Dispose();
    }

    private async Task FindColumnAsync(string column, CancellationToken cancel)
    {
        if (_head is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]) throw new InvalidDataException("The list is in UTF-16. Save it in UTF-8, which Excel calls 'CSV UTF-8'.");
        var (any, bad) = await NextAsync(cancel);
        if (int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            _column = number - 1;
            _first = any ? bad ?? Row() : null;
            return;
        }
        if (!any) throw new InvalidDataException("The list is empty.");
        if (bad is not null) throw new InvalidDataException($"The header cannot be read: {bad.Why}.");
        var names = Enumerable.Range(0, _rows.FieldCount).Select(i => _rows.GetString(i).Trim()).ToList();
        _column = names.IndexOf(column) is >= 0 and var exact ? exact : names.FindIndex(name => name.Equals(column, StringComparison.OrdinalIgnoreCase));
        if (_column < 0) throw new InvalidDataException($"The first row has no column '{column}'. Name it with --column; where the list has no header, by its number, from 1.");
        (Header, Cells, _most) = (_rows.RawRecord.ToArray(), _rows.FieldCount, _rows.FieldCount);
    }

    /// <summary>Goes to the next record; when it cannot be read, tells why.</summary>
    private async Task<(bool Any, BadLine? Bad)> NextAsync(CancellationToken cancel)
    {
        _isMalformed = false;
        try
        {
            if (!await _rows.ReadAsync(cancel)) return (false, null);
        }
        catch (CsvFormatException e) when (e.LineNumber > 0)
        {
            return (true, GiveUpLine(e.LineNumber, e.ByteOffset, $"it is longer than a MiB or {Quotes}"));
        }
        _preamble ??= Before(_rows.ByteOffset);
        _separator ??= _rows.Separator;
        if (!_isMalformed) return (true, null);
        return (true, _rows.RawRecord.ContainsAny((byte)'\n', (byte)'\r') ? GiveUpLine(_rows.LineNumber, _rows.ByteOffset, Quotes) : new BadLine(_lines + _rows.LineNumber, Quotes));
    }

    private ListItem Row()
    {
        var line = _lines + _rows.LineNumber;
        if (_column >= _rows.FieldCount) return new BadLine(line, "there is no such column");
        // A separator without quotes moves the cells behind it: the address would be that of another column.
        if (_rows.FieldCount > (_most ??= _rows.FieldCount)) return new BadLine(line, "it has more cells than the first row");
        var address = _rows.GetString(_column).Trim(' ', '\t');
        return address switch
        {
            "" => new BadLine(line, "there is no address"),
            { Length: > LongestAddress } => new BadLine(line, $"the address is longer than {LongestAddress} characters"),
            // The other sign stands for bytes that are no UTF-8.
            _ when address.Any(c => char.IsControl(c) || c == '\uFFFD') => new BadLine(line, BadLine.NoAddress),
            _ => new ListRow(line, _rows.RawRecord.ToArray(), _rows.FieldCount, address),
        };
    }

    /// <summary>Reads anew from the line behind the one at which a record begins that has no clear end.</summary>
    private BadLine GiveUpLine(long line, long offset, string why)
    {
        _preamble ??= Before(offset);
        _rows.Dispose();
        _file.Position = _start + offset;
        int read;
        do
        {
            read = _file.ReadByte();
        }
        while (read is not ('\n' or '\r' or -1));
        if (read == '\r' && _file.ReadByte() is not '\n' and not -1) _file.Position--;
        (_start, _lines) = (_file.Position, _lines + line);
        // Little is read ahead: the next line may be such a one too.
        _rows = Begin(BytesAfterGivingUp);
        return new BadLine(_lines, why);
    }

    private byte[] Before(long offset) => _head[..(int)Math.Min(offset, _head.Length)];

    private CsvReader Begin(int ahead) => CsvReader.Create(
        _file,
        new CsvReaderOptions
        {
            Separator = _separator,
            DetectSeparatorHint = _start == 0,
            // It is told from a row by hand, so that it too can be copied as it is.
            HasHeader = false,
            MaxRecordSize = LongestRow,
            TrackLineNumbers = true,
            OnMalformedRecord = _ => _isMalformed = true,
            BufferSize = ahead,
        },
        leaveOpen: true);
}

/// <param name="Line">Of the file, from 1, at which it begins.</param>
internal abstract record ListItem(long Line);

/// <param name="Raw">As it stands in the file, without the line break.</param>
internal sealed record ListRow(long Line, byte[] Raw, int Cells, string Address) : ListItem(Line);

/// <param name="Why">Without a comma: it becomes a cell.</param>
internal sealed record BadLine(long Line, string Why) : ListItem(Line)
{
    public const string NoAddress = "this is no address";
}
