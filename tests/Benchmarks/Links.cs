using System.Diagnostics;
using System.Text;
using Consent.Load;
using Consent.UnsubscribeLinks;

namespace Consent.Benchmarks;

/// <summary>
/// Opt-out links of readers whom nobody knows yet, one for each and each pressed once. They are minted beforehand, by a mailer's own means; should
/// more be needed, the rest is minted while they are pressed, and told.
/// </summary>
internal sealed class Links(LinkKey key, Uri marketing)
{
    private const int Piece = 10_000;
    private readonly Uri _marketing = marketing;
    private readonly LinkMinter _minter = new(key, marketing);
    private readonly int _origin = marketing.GetLeftPart(UriPartial.Authority).Length;
    private readonly Visitors _readers = Visitors.Fresh();
    private readonly List<byte[]> _paths = [];
    private long _pressed;

    public long Pressed => Interlocked.Read(ref _pressed);

    /// <summary>Pressed, and not minted before.</summary>
    public long Late => Math.Max(0, Pressed - _paths.Count);

    public string AddressOf(long number) => Marketing.AddressOf(_readers.Id(number));

    /// <summary>Mints at least so many, on this one thread.</summary>
    /// <returns>How many a second: the median of pieces of 10,000 behind the first, which is for the compiler.</returns>
    public double Mint(int count)
    {
        var rates = new List<double>();
        while (_paths.Count < count || rates.Count < 3)
        {
            var addresses = Enumerable.Range(_paths.Count, Piece).Select(number => AddressOf(number)).ToList();
            var minted = new List<MintedLink>(Piece);
            var began = Stopwatch.GetTimestamp();
            foreach (var address in addresses) minted.Add(Mint(address));
            rates.Add(Piece / Stopwatch.GetElapsedTime(began).TotalSeconds);
            _paths.AddRange(minted.Select(BytesOf));
        }

        var sorted = rates.Skip(1).Order().ToList();
        return sorted[sorted.Count / 2];
    }

    /// <summary>What a mail program sends at its unsubscribe button (RFC 8058), each time by another link. Mint first.</summary>
    /// <param name="sending">Told of each just before it is sent.</param>
    public Asked Pressing(Action<long>? sending = null) => new(
        _marketing, Template.Form(_paths[0].Length, PathOf, "List-Unsubscribe=One-Click"), _readers,
        () =>
        {
            var number = Interlocked.Increment(ref _pressed) - 1;
            sending?.Invoke(number);
            return number;
        },
        200);

    private MintedLink Mint(string address) => _minter.Mint(address, Marketing.Topic, "bench", "nl");

    private ReadOnlyMemory<byte> PathOf(long number) => number < _paths.Count ? _paths[(int)number] : BytesOf(Mint(AddressOf(number)));

    private byte[] BytesOf(MintedLink link) => Encoding.ASCII.GetBytes(link.Url[_origin..]);
}
