using System.Security.Cryptography;
using System.Text;
using Consent.Tests.Support.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>What lies in the accounts after an erasure: all that is stored, not answers; also what was replaced since, which the backups of an account may hold.</summary>
public sealed class CosmosErasureLeavesNothing : OnCosmosLogs
{
    private const string Person = "0123456789abcdef0123456789abcdef";
    private const string Stream = $"receipt/shop/{Person}";
    private const string Other = "receipt/shop/another";

    [Fact]
    public async Task NothingWrittenOfAPerson_IsFoundInAnyDocument_BeforeOrAfter_NorAPlainHashOfIt()
    {
        var log = Logs.Open();
        await log.AppendedAsync("declaration/site", 1, "alias-of-the-site");
        await log.AppendedAsync(Other, 1);
        for (var v = 1; v <= 20; v++) await log.AppendedAsync(Stream, v, "alias-of-the-person", key: $"key-of-the-person-{v}");
        await log.WholeFeedAsync();
        // The search finds what is there: a stream in clear, and what was written to it.
        foreach (var text in new[] { "declaration/site", "alias-of-the-site" }) Assert.NotEmpty(await FoundAsync(text));
        string[] ofThePerson = [Person, Stream, "alias-of-the-person", .. Enumerable.Range(1, 20).Select(v => $"key-of-the-person-{v}")];
        Assert.Empty(await FoundAsync(ofThePerson));

        await log.EraseAsync(Stream, default, Make.Moment);
        await log.WholeFeedAsync();

        Assert.NotEmpty(await FoundAsync("declaration/site"));
        Assert.Empty(await FoundAsync(ofThePerson));
        Assert.Equal(new string('h', 20) + "t", await Logs.SortsAsync(log, Stream));
        Assert.Equal([null], await Logs.DestroyedAsync(log, Stream));
    }

    [Fact]
    public async Task WhatACopyOfTheAccountStillHolds_CannotBeOpened_AndWhatIsOfOthersCan()
    {
        var log = Logs.Open();
        await log.AppendedAsync(Other, 1, "alias-of-another");
        for (var v = 1; v <= 3; v++) await log.AppendedAsync(Stream, v);
        await log.WholeFeedAsync();
        var copy = await Logs.Store.SnapshotAsync();
        await log.EraseAsync(Stream, default, Make.Moment);
        Logs.Close(log);

        // The account of the keys is another, and stays as it is.
        Logs.Store.Restore(copy);
        var after = Logs.Open();

        Assert.Equal("rrr", await Logs.SortsAsync(after, Stream));
        Assert.All(await after.HistoryAsync(Stream), record => Assert.Equal((LogRecord.Erased, 0), (record.Kind, record.Payload.Length)));
        Assert.Equal("alias-of-another", (await after.LatestAsync(Other))!.Alias());
    }

    /// <summary>In which dress any of it stands in either account; never the text itself.</summary>
    private async Task<List<string>> FoundAsync(params string[] texts)
    {
        string[] accounts = [await TextOfAsync(Logs.Store), await TextOfAsync(Logs.Keys.Store)];
        return [.. texts.SelectMany((text, i) => DressesOf(text).Where(dress => accounts.Any(all => all.Contains(dress.Text, StringComparison.Ordinal))).Select(dress => $"{i}: {dress.Name}"))];
    }

    /// <summary>Plus signs as base64 has them: in the text of a snapshot they are escaped.</summary>
    private static async Task<string> TextOfAsync(CosmosStandIn account) => (await account.SnapshotAsync()).Replace("\\u002B", "+", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<(string Name, string Text)> DressesOf(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        yield return ("itself", text);
        foreach (var dress in Encoded("itself", utf8)) yield return dress;
        if (text.All(char.IsAsciiHexDigit))
            foreach (var dress in Encoded("its bytes", Convert.FromHexString(text))) yield return dress;
        foreach (var algorithm in new[] { HashAlgorithmName.SHA256, HashAlgorithmName.SHA1, HashAlgorithmName.MD5 })
            // The beginning: names of streams are no longer than that.
            foreach (var dress in Encoded($"its {algorithm.Name}", CryptographicOperations.HashData(algorithm, utf8)[..10])) yield return dress;
    }

    private static IEnumerable<(string Name, string Text)> Encoded(string name, byte[] bytes)
    {
        yield return ($"{name} in hex", Convert.ToHexStringLower(bytes));
        yield return ($"{name} in HEX", Convert.ToHexString(bytes));
        for (var before = 0; before < 3; before++)
        {
            // What stands before it shifts it; digits that hold bits of a neighbour are left away.
            byte[] shifted = [.. new byte[before], .. bytes];
            yield return ($"{name} in base64", Convert.ToBase64String(shifted)[(((before * 8) + 5) / 6)..(shifted.Length * 8 / 6)]);
        }
    }
}
