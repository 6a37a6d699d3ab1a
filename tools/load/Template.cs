using System.Text;

namespace Consent.Load;

/// <summary>A request as its bytes, made once; only the visitor's id, wherever <see cref="Visitor"/> stands, differs from one to the next.</summary>
internal sealed class Template
{
    /// <summary>Stands for the id; as long as one, so that nothing moves.</summary>
    public const string Visitor = "{visitor_______________________}";
    private readonly byte[] _bytes;
    private readonly List<int> _places = [];

    private Template(string text)
    {
        _bytes = Encoding.UTF8.GetBytes(text);
        var place = Encoding.UTF8.GetBytes(Visitor);
        for (var at = 0; _bytes.AsSpan(at).IndexOf(place) is >= 0 and var found; at += found + place.Length) _places.Add(at + found);
    }

    public int Length => _bytes.Length;

    public static Template Post(string path, string json) => new(
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}");

    /// <param name="headers">Whole lines, without their ends.</param>
    public static Template Get(string path, params string[] headers) => new(
        $"GET {path} HTTP/1.1\r\nHost: localhost\r\n{string.Concat(headers.Select(h => h + "\r\n"))}\r\n");

    /// <summary>The choice that a banner sends, as a visitor's first.</summary>
    public static string DecisionBody(string declaration, IEnumerable<string> purposes) =>
        $$"""{"subjectId":"{{Visitor}}","heldVersion":0,"purposes":{{{string.Join(',', purposes.Select(p => $"\"{p}\":true"))}}},"declaration":"{{declaration}}","language":"nl","action":"save","source":"banner"}""";

    public static Template OwnState(string site) => Get($"/v1/sites/{site}/me/state", $"Consent-Subject: {Visitor}");

    /// <summary>Into room of <see cref="Length"/> bytes, which holds this template already when it is used again.</summary>
    public void Begin(Span<byte> room) => _bytes.CopyTo(room);

    public void Name(Visitors visitors, long number, Span<byte> room)
    {
        foreach (var place in _places) visitors.Write(number, room.Slice(place, Visitors.IdLength));
    }
}
