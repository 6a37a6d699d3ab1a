using System.Text;

namespace Consent.ServiceDefaults.Tests;

public sealed class LineReaderTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a", "1:a")]
    [InlineData("a\n", "1:a")]
    [InlineData("a\r\n\nb", "1:a 2: 3:b")]
    [InlineData("12345678\n9", "1:12345678 2:9")]
    [InlineData("longer than eight\nb\n", "1:! 2:b")]
    [InlineData("a\nlonger than eight", "1:a 2:!")]
    public async Task Lines_are_numbered_and_of_one_that_is_too_long_the_text_is_thrown_away(string body, string expected)
    {
        foreach (var atOnce in (int[])[1, 3, 4096])
        {
            using var stream = new Trickle(Encoding.UTF8.GetBytes(body), atOnce);
            var (lines, read) = (new LineReader(stream, 8), new List<string>());
            while (await lines.NextAsync(CancellationToken.None) is { } line) read.Add($"{line.Number}:{line.Text ?? "!"}");
            Assert.Equal(expected, string.Join(' ', read));
        }
    }

    /// <summary>Gives so many bytes at once and no more, as a network may.</summary>
    private sealed class Trickle(byte[] bytes, int atOnce) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, atOnce)], cancellationToken);
    }
}
