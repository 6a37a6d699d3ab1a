using System.Globalization;
using System.Text;
using Consent.Tests.Support;

namespace Consent.Cli.Tests;

/// <summary>What becomes of each row of a list, however it is written.</summary>
public sealed class FilterAddressesRowsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<int> _asked = [];

    private string List => _folder.File("list.csv");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Rows_keep_their_cells_their_quotes_and_their_order_repeated_ones_too()
    {
        await FilterAsync("""
            email,name,note
            yes@x.nl,"Jan ""J"" Jansen","two
            lines"
            no@x.nl,Piet,
            nobody@x.nl,"=1+1",@x

            nonsense,Kees,
            yes@x.nl,"Jan ""J"" Jansen",again
            yes-2@x.nl,Els
            no@x.nl
            """);
        Assert.Equal("""
            email,name,note
            yes@x.nl,"Jan ""J"" Jansen","two
            lines"
            yes@x.nl,"Jan ""J"" Jansen",again
            yes-2@x.nl,Els

            """, Permitted);
        Assert.Equal("""
            email,name,note,reason,receipt
            no@x.nl,Piet,,suppressed,receipt-no
            nobody@x.nl,"=1+1",@x,no-basis,
            no@x.nl,,,suppressed,receipt-no

            """, Refused);
        Assert.Equal(["7,this is no address"], Errors);
    }

    [Fact]
    public async Task Semicolons_a_byte_order_mark_and_the_ends_of_lines_stay_as_they_are()
    {
        await FilterAsync("\uFEFFNaam;E-Mail\r\nJansen, J.;yes@x.nl\r\nPiet;no@x.nl\r\nKees;yes@x.nl", column: "e-mail");
        Assert.Equal("\uFEFFNaam;E-Mail\r\nJansen, J.;yes@x.nl\r\nKees;yes@x.nl\r\n", Permitted);
        Assert.Equal("\uFEFFNaam;E-Mail;reason;receipt\r\nPiet;no@x.nl;suppressed;receipt-no\r\n", Refused);
    }

    [Fact]
    public async Task A_list_without_a_header_is_read_by_the_number_of_the_column()
    {
        await FilterAsync("\uFEFFJan;yes@x.nl\nPiet;no@x.nl\nKees;yes@x.nl\n", column: "2");
        Assert.Equal("\uFEFFJan;yes@x.nl\nKees;yes@x.nl\n", Permitted);
        Assert.Equal("\uFEFFPiet;no@x.nl;suppressed;receipt-no\n", Refused);
    }

    [Fact]
    public async Task What_excel_writes_above_the_header_stays()
    {
        await FilterAsync("sep=;\nemail;name\nyes@x.nl;a, b\nnonsense;c, d\n");
        Assert.Equal("sep=;\nemail;name\nyes@x.nl;a, b\n", Permitted);
        Assert.Equal(["4,this is no address"], Errors);
    }

    [Fact]
    public async Task A_row_with_more_cells_than_the_first_is_named_and_its_address_is_not_asked_about()
    {
        await FilterAsync("name,email,second\nJan,no@x.nl,yes@x.nl\nJansen, J.,no@x.nl,yes@x.nl\nPiet,yes-1@x.nl,yes@x.nl\nKees,yes-2@x.nl\n", column: "second");
        Assert.Equal("name,email,second\nJan,no@x.nl,yes@x.nl\nPiet,yes-1@x.nl,yes@x.nl\n", Permitted);
        Assert.Equal(["3,it has more cells than the first row", "5,there is no such column"], Errors);

        await FilterAsync("Jan;yes-1@x.nl\nPiet;yes-2@x.nl\nEls;yes-3@x.nl\nJansen; J.;yes-4@x.nl\nKees\n", column: "2");
        Assert.Equal("Jan;yes-1@x.nl\nPiet;yes-2@x.nl\nEls;yes-3@x.nl\n", Permitted);
        Assert.Equal(["4,it has more cells than the first row", "5,there is no such column"], Errors);
        Assert.Equal([2, 3], _asked);
    }

    [Fact]
    public async Task Cells_in_another_encoding_are_copied_byte_by_byte()
    {
        await FilterAsync(Encoding.Latin1.GetBytes("email,name\nyes@x.nl,Zoë\nyes-ë@x.nl,Jan\n"));
        Assert.Equal("email,name\nyes@x.nl,Zoë\n", Encoding.Latin1.GetString(await File.ReadAllBytesAsync(_folder.File("permitted.csv"))));
        Assert.Equal(["3,this is no address"], Errors);
    }

    [Fact]
    public async Task A_quote_that_is_not_closed_costs_its_own_line_only()
    {
        await FilterAsync("email,name\n\"yes-1@x.nl,open\nyes-2@x.nl,a\nyes-3@x.nl,\"b\"\nyes-4@x.nl,\"open\nyes-5@x.nl,c\n");
        Assert.Equal("email,name\nyes-2@x.nl,a\nyes-3@x.nl,\"b\"\nyes-5@x.nl,c\n", Permitted);
        Assert.Equal(["2,its quotes do not match", "5,its quotes do not match"], Errors);
    }

    [Fact]
    public async Task Nor_does_it_cost_more_where_no_other_quote_follows_in_megabytes()
    {
        await using (var list = new StreamWriter(List))
        {
            await list.WriteAsync("email,name\r\nyes@x.nl,first\r\n\"yes@x.nl,open\r\n");
            for (var i = 0; i < 60_000; i++) await list.WriteAsync($"yes-{i}@example.com,a name of some length\r\n");
        }
        await FilterListAsync();
        Assert.Equal(["3,it is longer than a MiB or its quotes do not match"], Errors);
        Assert.Equal(60_002, Permitted.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.EndsWith("yes-59999@example.com,a name of some length\r\n", Permitted, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_of_a_hundred_thousand_bad_rows_is_named_by_its_line()
    {
        (string Row, string Why)[] kinds =
        [
            ("a,nonsense", "this is no address"),
            ("a,", "there is no address"),
            ("a,ye\"s@x.nl", "its quotes do not match"),
            ("a,\"yes@x.nl\"s", "its quotes do not match"),
            ("\"a,yes@x.nl", "its quotes do not match"),
            ("a", "there is no such column"),
            ($"a,{new string('x', 400)}", "the address is longer than 320 characters"),
            ("a,yes\u0007@x.nl", "this is no address"),
        ];
        const int rows = 100_000;
        await using (var list = new StreamWriter(List))
        {
            await list.WriteAsync("name,email\n");
            for (var i = 0; i < rows; i++) await list.WriteAsync($"{kinds[i % kinds.Length].Row}\n");
        }
        var sums = await FilterListAsync();
        Assert.Equal((0L, 0L, (long)rows), (sums.Permitted, sums.Refused, sums.Unreadable));
        Assert.Equal(Enumerable.Range(0, rows).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i + 2},{kinds[i % kinds.Length].Why}")), Errors);
        Assert.Equal("name,email\n", Permitted);
        Assert.Equal(rows / kinds.Length, _asked.Sum());
    }

    [Fact]
    public async Task Many_rows_are_asked_about_ten_thousand_at_a_time_and_long_ones_fewer()
    {
        await FilterAsync("email\n" + string.Concat(Enumerable.Repeat("yes@x.nl\n", 20_001)));
        Assert.Equal([10_000, 10_000, 1], _asked);
        _asked.Clear();
        await FilterAsync("email,note\n" + string.Concat(Enumerable.Repeat($"yes@x.nl,{new string('n', 1000)}\n", 5_000)));
        Assert.Equal(5_000, _asked.Sum());
        Assert.InRange(_asked.Max(), 1_000, 3_000);
    }

    private string Permitted => Read("permitted.csv");

    private string Refused => Read("refused.csv");

    /// <summary>Below their header.</summary>
    private IEnumerable<string> Errors => File.ReadLines(_folder.File("errors.csv")).Skip(1);

    /// <summary>With its byte order mark.</summary>
    private string Read(string file) => Encoding.UTF8.GetString(File.ReadAllBytes(_folder.File(file)));

    private Task<FilterSums> FilterAsync(string list, string column = "email") => FilterAsync(Encoding.UTF8.GetBytes(list), column);

    private async Task<FilterSums> FilterAsync(byte[] list, string column = "email")
    {
        await File.WriteAllBytesAsync(List, list);
        return await FilterListAsync(column);
    }

    private async Task<FilterSums> FilterListAsync(string column = "email")
    {
        var (permitted, refused, errors) = (_folder.File("permitted.csv"), _folder.File("refused.csv"), _folder.File("errors.csv"));
        foreach (var before in (string[])[permitted, refused, errors]) File.Delete(before);
        using var list = await AddressList.OpenAsync(List, column, CancellationToken.None);
        using var files = new FilteredFiles(list, permitted, refused, errors);
        var sums = await FilterList.RunAsync(list, files, AskAsync, null, CancellationToken.None);
        files.Finish();
        return sums;
    }

    private Task<IReadOnlyList<MaySendAnswer>> AskAsync(IReadOnlyList<string> addresses, CancellationToken cancel)
    {
        _asked.Add(addresses.Count);
        return Task.FromResult<IReadOnlyList<MaySendAnswer>>([.. addresses.Select(FilterAddressesGateway.Answer)]);
    }
}
