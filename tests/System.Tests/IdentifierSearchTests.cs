using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Consent.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Consent.System.Tests;

/// <summary>A search that cannot find proves nothing.</summary>
public sealed class IdentifierSearchTests
{
    private const string Address = "Maria.Zeldzaam-40817@voorbeeld.example";
    private const string Visitor = "5f0c9a7be1d24438a6b0c3d2e4f59871";

    public static TheoryData<string, byte[]> Left => new()
    {
        { "plain", Utf8($"To: <{Address}>") },
        { "in small letters", Utf8(Address.ToLowerInvariant()) },
        { "in capitals", Utf8(Address.ToUpperInvariant()) },
        { "backwards", Utf8("x71804-maazdleZ.airaM@elsewhere") },
        { "escaped", Utf8("?a=maria.zeldzaam-40817%40voorbeeld.example") },
        { "in UTF-16", Encoding.Unicode.GetBytes($"<{Address}>") },
        { "in base64", Utf8(Convert.ToBase64String(Utf8(Address))) },
        { "in base64, one place on", Utf8(Convert.ToBase64String(Utf8($"x{Address}yz"))) },
        { "in base64, two places on", Utf8(Convert.ToBase64String(Utf8($"xy{Address}z"))) },
        { "in hex", Utf8(Convert.ToHexStringLower(Utf8(Address))) },
        { "its SHA-256", Utf8(Convert.ToHexStringLower(SHA256.HashData(Utf8(Address.ToLowerInvariant())))) },
        { "its SHA-256 in base64", Utf8(Convert.ToBase64String(SHA256.HashData(Utf8(Address)))) },
        { "its SHA-1", CryptographicOperations.HashData(HashAlgorithmName.SHA1, Utf8(Address)) },
        { "its MD5", Utf8(Convert.ToHexString(CryptographicOperations.HashData(HashAlgorithmName.MD5, Utf8(Address.ToLowerInvariant())))) },
        { "in gzip", Gzipped(Utf8($"the mail to {Address}")) },
        { "in gzip in ZIP", Zipped(Gzipped(Utf8(Address))) },
        { "a visitor's bytes", [1, 2, .. Convert.FromHexString(Visitor), 3] },
        { "a visitor's bytes in base64", Utf8(Convert.ToBase64String([9, .. Convert.FromHexString(Visitor)])) },
    };

    [Theory]
    [MemberData(nameof(Left), DisableDiscoveryEnumeration = true)]
    public void What_was_left_is_found(string dress, byte[] bytes)
    {
        Assert.True(new IdentifierSearch(Address, Visitor).In("file", bytes).Count > 0, dress);
        Assert.Empty(new IdentifierSearch("Nobody.Atall-99999@voorbeeld.example", "00112233445566778899aabbccddeeff").In("file", bytes));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_row_that_was_deleted_is_found_in_a_free_page_unless_it_was_overwritten(bool overwritten)
    {
        using var folder = new TemporaryFolder();
        using (var connection = new SqliteConnection($"Data Source={folder.File("some.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"PRAGMA secure_delete = {(overwritten ? "ON" : "OFF")}; CREATE TABLE mail (address TEXT); INSERT INTO mail VALUES ('{Address}'); DELETE FROM mail";
            command.ExecuteNonQuery();
        }

        Assert.Equal(!overwritten, new IdentifierSearch(Address).InFolder(folder.Path).Count > 0);
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Gzipped(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal)) gzip.Write(bytes);
        return packed.ToArray();
    }

    private static byte[] Zipped(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create))
        {
            using var entry = zip.CreateEntry("mail.eml.gz").Open();
            entry.Write(bytes);
        }
        return packed.ToArray();
    }
}
