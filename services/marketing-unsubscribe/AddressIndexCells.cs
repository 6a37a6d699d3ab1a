using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Consent.MarketingUnsubscribe;

/// <summary>Of an address, or of one topic of it: half of its keyed hash. Nobody can choose it, so that no two meet, and it spreads by itself.</summary>
/// <param name="Shard">The same for all that is of one address.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AddressKey(ulong Place, ulong Shard)
{
    /// <summary>False for what is no address id, such as that of a visitor.</summary>
    public static bool TryRead(string subjectId, out AddressKey key)
    {
        key = default;
        var dash = subjectId.IndexOf('-', StringComparison.Ordinal);
        if (dash < 2 || subjectId.Length < dash + 33) return false;
        if (!uint.TryParse(subjectId.AsSpan(1, dash - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var version)) return false;
        Span<byte> half = stackalloc byte[16];
        if (Convert.FromHexString(subjectId.AsSpan(dash + 1, 32), half, out _, out _) != OperationStatus.Done) return false;
        // The version of the key is part of the id.
        key = new AddressKey(BinaryPrimitives.ReadUInt64BigEndian(half) ^ (version * 0x9E3779B97F4A7C15UL), BinaryPrimitives.ReadUInt64BigEndian(half[8..]));
        return true;
    }
}

/// <summary>The id of a record or of a receipt, without its spelling.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PackedId(ulong High, ulong Low)
{
    /// <summary>False for what is not 32 lower-case hexadecimal digits.</summary>
    public static bool TryRead(string id, out PackedId packed)
    {
        packed = default;
        Span<byte> bytes = stackalloc byte[16];
        if (id.Length != 32 || id.AsSpan().ContainsAnyInRange('A', 'F') || Convert.FromHexString(id, bytes, out _, out _) != OperationStatus.Done) return false;
        packed = new PackedId(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
        return true;
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
        return Convert.ToHexStringLower(bytes);
    }
}

/// <summary>What is known of one address about one topic or purpose: 40 bytes.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct AddressCell
{
    public AddressKey Key;

    /// <summary>Of the record on which <see cref="Own"/> rests; where that is nothing, of the newest receipt. Nothing when it is not known.</summary>
    public PackedId Id;

    /// <summary>The version of the receipt in which <see cref="Held"/> was decided.</summary>
    public uint DecidedIn;

    /// <summary>What stands in the log of this service: a number of <see cref="AddressIndexKinds"/>.</summary>
    public ushort Own;

    /// <summary>What stands in the receipt of the consent service.</summary>
    public ushort Held;
}

/// <summary>
/// A part of the index: cells in one array, each at the place that its key says or soon behind it. Between 71 and 85 % of the array is in use, so that a
/// cell takes 47 to 57 bytes. Whoever reads or writes holds <see cref="Gate"/>.
/// </summary>
internal sealed class AddressIndexCells
{
    private const int Least = 16;
    private AddressCell[] _cells = new AddressCell[Least];
    private int _count;

    public Lock Gate { get; } = new();

    public long Bytes => (long)_cells.Length * Unsafe.SizeOf<AddressCell>();

    /// <summary>With nothing in it where there is none.</summary>
    public AddressCell Find(AddressKey key) => _cells[Search(_cells, key)];

    public void SetOwn(AddressKey key, ushort own, PackedId by)
    {
        if (own == AddressIndexKinds.None)
        {
            ref var there = ref _cells[Search(_cells, key)];
            // The receipt's is not known until the next one.
            if (there.Own != AddressIndexKinds.None) (there.Own, there.Id) = (AddressIndexKinds.None, default);
            return;
        }
        ref var cell = ref At(key);
        (cell.Own, cell.Id) = (own, by);
    }

    public void SetHeld(AddressKey key, ushort held, uint decidedIn, PackedId receipt)
    {
        if (held == AddressIndexKinds.None)
        {
            ref var there = ref _cells[Search(_cells, key)];
            if (there.Held == AddressIndexKinds.None) return;
            (there.Held, there.DecidedIn) = (AddressIndexKinds.None, 0);
            if (there.Own == AddressIndexKinds.None) there.Id = default;
            return;
        }
        ref var cell = ref At(key);
        (cell.Held, cell.DecidedIn) = (held, decidedIn);
        if (cell.Own == AddressIndexKinds.None) cell.Id = receipt;
    }

    /// <summary>To be written: made where there is none.</summary>
    private ref AddressCell At(AddressKey key)
    {
        if ((_count + 1) * 20L > _cells.Length * 17L) Grow();
        ref var cell = ref _cells[Search(_cells, key)];
        if (cell.Key == default)
        {
            cell.Key = key;
            _count++;
        }
        return ref cell;
    }

    /// <summary>By two fifths more than what is in use; cells in which nothing stands any more are left behind.</summary>
    private void Grow()
    {
        var living = 0;
        foreach (ref readonly var cell in _cells.AsSpan())
            if (IsLiving(cell)) living++;
        var cells = new AddressCell[(int)(living * 24L / 17) + Least];
        foreach (ref readonly var cell in _cells.AsSpan())
            if (IsLiving(cell)) cells[Search(cells, cell.Key)] = cell;
        (_cells, _count) = (cells, living);
    }

    private static bool IsLiving(in AddressCell cell) => cell.Own != AddressIndexKinds.None || cell.Held != AddressIndexKinds.None;

    /// <summary>Where the key is, or else the free place for it.</summary>
    private static int Search(AddressCell[] cells, AddressKey key)
    {
        var i = (int)Math.BigMul(key.Place, (ulong)cells.Length, out _);
        while (cells[i].Key != key && cells[i].Key != default) i = i + 1 == cells.Length ? 0 : i + 1;
        return i;
    }
}
