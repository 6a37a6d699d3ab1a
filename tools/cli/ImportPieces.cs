using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Consent.Cli;

/// <summary>
/// The rows of a file, in pieces that one call takes; before each the header of a CSV file. What was read is known by its hash, so that an import that
/// was broken off goes on with the same rows only.
/// </summary>
internal sealed class ImportPieces : IDisposable
{
    /// <summary>Less than the MiB that a service takes in before it has read any of it.</summary>
    private const int LinesAtOnce = 10_000, BytesAtOnce = 900_000;

    private readonly StreamReader _lines;
    private readonly IncrementalHash _read = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly bool _isCsv;
    private byte[] _header = [];

    /// <summary>Read, and in no piece yet.</summary>
    private byte[]? _next;

    private ImportPieces(FileInfo file) => (_lines, _isCsv) = (new StreamReader(file.FullName), IsCsv(file));

    /// <summary>How many lines were read; a header counts.</summary>
    public long Line { get; private set; }

    /// <summary>Part of the file that is read, 0 to 1.</summary>
    public double Done => _lines.BaseStream.Length == 0 ? 1 : (double)_lines.BaseStream.Position / _lines.BaseStream.Length;

    public static bool IsCsv(FileInfo file) => file.Extension.Equals(".csv", StringComparison.OrdinalIgnoreCase);

    /// <summary>Behind what went in already; at the beginning where nothing did, and where other rows did.</summary>
    public static async Task<ImportPieces> OpenAsync(FileInfo file, ImportProgress? held, CancellationToken cancel)
    {
        var pieces = new ImportPieces(file);
        if (held is null || await pieces.SkipAsync(held, cancel)) return pieces;
        pieces.Dispose();
        return new ImportPieces(file);
    }

    /// <summary>The next piece; null at the end.</summary>
    public async Task<ImportPiece?> NextAsync(CancellationToken cancel)
    {
        if (_isCsv && Line == 0 && await PeekAsync(cancel) is { } header) Take(header);
        var (body, first, rows) = (new ArrayBufferWriter<byte>(), Line + 1, 0);
        body.Write(_header);
        // A row that is longer than a piece goes alone, to be refused.
        while (Line - first < LinesAtOnce - 1 && await PeekAsync(cancel) is { } line && (Line < first || body.WrittenCount + line.Length <= BytesAtOnce))
        {
            body.Write(line);
            Take(line);
            // The service passes over empty lines.
            if (line.Length > 1) rows++;
        }

        return Line < first ? null : new ImportPiece(body.WrittenMemory, rows, first, Line, HashSoFar());
    }

    public void Dispose()
    {
        _lines.Dispose();
        _read.Dispose();
    }

    private async Task<bool> SkipAsync(ImportProgress held, CancellationToken cancel)
    {
        while (Line < held.Line && await PeekAsync(cancel) is { } line) Take(line);
        return Line == held.Line && HashSoFar() == held.Hash;
    }

    private async ValueTask<byte[]?> PeekAsync(CancellationToken cancel)
    {
        if (_next is null && await _lines.ReadLineAsync(cancel) is { } line) _next = Encoding.UTF8.GetBytes($"{line}\n");
        return _next;
    }

    private void Take(byte[] line)
    {
        if (_isCsv && Line == 0) _header = line;
        _read.AppendData(line);
        Line++;
        _next = null;
    }

    private string HashSoFar() => Convert.ToHexStringLower(_read.GetCurrentHash());
}

/// <param name="Body">With the header, where there is one.</param>
/// <param name="Rows">How many the answer must be about.</param>
/// <param name="First">Its first line in the file, from 1.</param>
/// <param name="Last">Its last.</param>
/// <param name="Hash">Of everything that was read up to its end.</param>
internal sealed record ImportPiece(ReadOnlyMemory<byte> Body, int Rows, long First, long Last, string Hash);
