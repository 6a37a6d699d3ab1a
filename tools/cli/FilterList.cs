namespace Consent.Cli;

/// <summary>Asks of each row of a list whether it may be mailed, many in one call, and writes it to where it belongs: the memory does not grow with the list.</summary>
internal static class FilterList
{
    /// <summary>Of the 100,000 that a call takes, so that there is progress to see.</summary>
    public const int AtOnce = 10_000;

    /// <summary>Of rows: however odd their addresses, they fit into one call.</summary>
    private const int BytesAtOnce = 2 << 20;
    private const string InvalidAddress = "invalid-address";

    /// <param name="ask">An answer to each address, in their order.</param>
    /// <param name="told">Called after each call.</param>
    public static async Task<FilterSums> RunAsync(
        AddressList list, FilteredFiles files, Func<IReadOnlyList<string>, CancellationToken, Task<IReadOnlyList<MaySendAnswer>>> ask,
        Action<FilterSums>? told, CancellationToken cancel)
    {
        var sums = new FilterSums();
        var piece = new List<ListItem>();
        var bytes = 0;
        while (await list.ReadAsync(cancel) is { } item)
        {
            piece.Add(item);
            if (item is ListRow { Raw.Length: var length }) bytes += length;
            if (piece.Count < AtOnce && bytes < BytesAtOnce) continue;
            await SettleAsync();
            told?.Invoke(sums);
            piece.Clear();
            bytes = 0;
        }
        await SettleAsync();
        return sums;

        async Task SettleAsync()
        {
            List<string> addresses = [.. piece.OfType<ListRow>().Select(row => row.Address)];
            IReadOnlyList<MaySendAnswer> answers = addresses.Count == 0 ? [] : await ask(addresses, cancel);
            var next = 0;
            foreach (var item in piece) Write(item, item is ListRow ? answers[next++] : null, files, sums);
        }
    }

    private static void Write(ListItem item, MaySendAnswer? answer, FilteredFiles files, FilterSums sums)
    {
        switch (item)
        {
            case BadLine bad:
                files.Name(bad);
                sums.Unreadable++;
                break;
            case ListRow row when answer is { Permitted: true }:
                files.Permit(row);
                sums.Permitted++;
                if (answer.Register is { } register) sums.Registers[register] = sums.Registers.GetValueOrDefault(register) + 1;
                break;
            case ListRow row when answer is { Reason: InvalidAddress }:
                files.Name(new BadLine(row.Line, BadLine.NoAddress));
                sums.Unreadable++;
                break;
            case ListRow row:
                files.Refuse(row, answer!.Reason, answer.Receipt);
                sums.Refused++;
                sums.Reasons[answer.Reason] = sums.Reasons.GetValueOrDefault(answer.Reason) + 1;
                break;
            default:
                throw new InvalidOperationException("A list has no other items.");
        }
    }
}

/// <summary>As <c>marketing/check</c> answers for one address.</summary>
/// <param name="Register">Public lists of objections to look into before it is used.</param>
internal sealed record MaySendAnswer(bool Permitted, string Reason, string? Receipt, string? Register = null);

internal sealed class FilterSums
{
    public long Permitted { get; set; }
    public long Refused { get; set; }

    /// <summary>Named in the error file.</summary>
    public long Unreadable { get; set; }

    /// <summary>How many were refused for what.</summary>
    public SortedDictionary<string, long> Reasons { get; } = new(StringComparer.Ordinal);

    /// <summary>How many of the permitted are so unless they stand in a public list of objections, by that list.</summary>
    public SortedDictionary<string, long> Registers { get; } = new(StringComparer.Ordinal);
}
