using System.Text;

namespace Consent.Load;

/// <summary>
/// A request as its bytes, made once; only the visitor's id, wherever <see cref="Visitor"/> stands, differs from one to the next; of a form
/// its path.
/// </summary>
internal sealed class Template
{
    /// <summary>Stands for the id; as long as one, so that nothing moves.</summary>
    public const string Visitor = "{visitor_______________________}";
    private readonly byte[] _bytes;
    private readonly List<int> _places = [];
    private readonly Func<long, ReadOnlyMemory<byte>>? _own;

    /// <param name="own">What stands in the place for each number; the visitor's id unless given.</param>
    private Template(string text, string stands = Visitor, Func<long, ReadOnlyMemory<byte>>? own = null)
    {
        (_bytes, _own) = (Encoding.UTF8.GetBytes(text), own);
        var place = Encoding.UTF8.GetBytes(stands);
        for (var at = 0; _bytes.AsSpan(at).IndexOf(place) is >= 0 and var found; at += found + place.Length) _places.Add(at + found);
    }

    public int Length => _bytes.Length;

    /// <param name="headers">Whole lines, without their ends.</param>
    public static Template Post(string path, string json, params string[] headers) => new(
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\n{Lines(headers)}Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}");

    /// <summary>The same form to a path of each number's own, which is known beforehand, such as a signed link.</summary>
    /// <param name="paths">All of them <paramref name="length"/> bytes long.</param>
    public static Template Form(int length, Func<long, ReadOnlyMemory<byte>> paths, string form)
    {
        var path = new string('_', length);
        return new(
            $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {Encoding.UTF8.GetByteCount(form)}\r\n\r\n{form}",
            path, paths);
    }

    /// <param name="headers">Whole lines, without their ends.</param>
    public static Template Get(string path, params string[] headers) => new($"GET {path} HTTP/1.1\r\nHost: localhost\r\n{Lines(headers)}\r\n");

    /// <summary>The choice that a banner sends, as a visitor's first.</summary>
    public static string DecisionBody(string declaration, IEnumerable<string> purposes) =>
        $$"""{"subjectId":"{{Visitor}}","heldVersion":0,"purposes":{{{string.Join(',', purposes.Select(p => $"\"{p}\":true"))}}},"declaration":"{{declaration}}","language":"nl","action":"save","source":"banner"}""";

    public static Template OwnState(string site) => Get($"/v1/sites/{site}/me/state", $"Consent-Subject: {Visitor}");

    /// <summary>Into room of <see cref="Length"/> bytes, which holds this template already when it is used again.</summary>
    public void Begin(Span<byte> room) => _bytes.CopyTo(room);

    public void Name(Visitors visitors, long number, Span<byte> room)
    {
        foreach (var place in _places)
        {
            if (_own is null) visitors.Write(number, room.Slice(place, Visitors.IdLength));
            else _own(number).Span.CopyTo(room[place..]);
        }
    }

    private static string Lines(string[] headers) => string.Concat(headers.Select(h => h + "\r\n"));
}
