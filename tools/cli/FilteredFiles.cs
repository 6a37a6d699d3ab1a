using System.Text;

namespace Consent.Cli;

/// <summary>
/// The three files that come of a list. They are written beside their names, with <c>.part</c> behind, and named when all is done, the
/// permitted rows last; of a run that failed or was stopped nothing is left that looks whole. Rows are copied byte by byte, also cells that
/// begin with =, +, - or @, which a spreadsheet may take for formulas: a list comes out as it went in.
/// </summary>
internal sealed class FilteredFiles : IDisposable
{
    private const string Beside = ".part";

    private readonly AddressList _list;
    private readonly byte[] _newLine;
    private readonly List<(string Name, FileStream Part)> _files = [];

    public FilteredFiles(AddressList list, string permitted, string refused, string errors)
    {
        (_list, _newLine) = (list, list.NewLine);
        try
        {
            foreach (var name in (string[])[errors, refused, permitted]) _files.Add((name, Create(name + Beside, list.Name)));
            Errors.Write("line,why"u8);
            Errors.Write(_newLine);
            Permitted.Write(list.Preamble);
            Refused.Write(list.Preamble);
            if (list.Header is not { } header) return;
            Permitted.Write(header);
            Permitted.Write(_newLine);
            Refused.Write(header);
            Refused.Write(Encoding.UTF8.GetBytes($"{list.Separator}reason{list.Separator}receipt"));
            Refused.Write(_newLine);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private FileStream Errors => _files[0].Part;
    private FileStream Refused => _files[1].Part;
    private FileStream Permitted => _files[2].Part;

    public void Permit(ListRow row)
    {
        Permitted.Write(row.Raw);
        Permitted.Write(_newLine);
    }

    /// <summary>A row that has fewer cells than the header gets empty ones, so that the reason stands in its column.</summary>
    public void Refuse(ListRow row, string reason, string? receipt)
    {
        var separator = _list.Separator;
        Refused.Write(row.Raw);
        Refused.Write(Encoding.UTF8.GetBytes($"{new string(separator, Math.Max(0, _list.Cells - row.Cells))}{separator}{reason}{separator}{receipt}"));
        Refused.Write(_newLine);
    }

    public void Name(BadLine bad)
    {
        Errors.Write(Encoding.UTF8.GetBytes($"{bad.Line},{bad.Why}"));
        Errors.Write(_newLine);
    }

    /// <summary>All is written: on disk first, then under its name.</summary>
    public void Finish()
    {
        foreach (var (_, part) in _files)
        {
            part.Flush(flushToDisk: true);
            part.Dispose();
        }
        foreach (var (name, _) in _files) File.Move(name + Beside, name, overwrite: false);
    }

    public void Dispose()
    {
        foreach (var (name, part) in _files)
        {
            part.Dispose();
            File.Delete(name + Beside);
        }
    }

    /// <summary>Readable to whom the list is readable.</summary>
    private static FileStream Create(string file, string list)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 1 << 16 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = File.GetUnixFileMode(list) | UnixFileMode.UserWrite;
        return new FileStream(file, options);
    }
}
