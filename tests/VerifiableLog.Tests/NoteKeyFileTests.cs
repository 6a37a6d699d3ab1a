using Consent.Tests.Support;
using static Consent.VerifiableLog.Tests.NoteVectors;

namespace Consent.VerifiableLog.Tests;

public sealed class NoteKeyFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void KeyOfGo_IsRead()
    {
        Assert.SkipUnless(Ed25519NoteSigner.IsAvailable, WithoutOpenSsl);
        Assert.Equal(Peter, NoteKeyFile.Parse(PeterPrivate).Key.ToString());
        Assert.Equal(Peter, NoteKeyFile.Parse($"\n{PeterPrivate}\r\n").Key.ToString());
    }

    [Theory]
    [InlineData(NoteKeyType.Ed25519)]
    [InlineData(NoteKeyType.Ecdsa)]
    public void NewKey_IsAnotherEachTime_AndReadBackSignsForTheSameKey(NoteKeyType type)
    {
        Assert.SkipUnless(type == NoteKeyType.Ecdsa || Ed25519NoteSigner.IsAvailable, WithoutOpenSsl);
        var text = New(type);
        Assert.NotEqual(text, New(type));
        Assert.StartsWith("PRIVATE+KEY+example.com/log+", text, StringComparison.Ordinal);
        Assert.True(NoteKeyFile.Parse(text).Key.Verifies(SignedNote.Sign("text\n", NoteKeyFile.Parse(text))));
        Assert.Equal(type, NoteKeyFile.Parse(text).Key.Type);
    }

    [Theory]
    [InlineData("", "PRIVATE+KEY")]
    [InlineData("PRIVATE+KEY+", "PRIVATE+KEY")]
    [InlineData("PRIVATE+KEY+a+b", "PRIVATE+KEY")]
    [InlineData("private+key+a+12345678+AQEB", "PRIVATE+KEY")]
    [InlineData(Peter, "PRIVATE+KEY")]
    [InlineData("PRIVATE+KEY++12345678+AQEB", "name of a key")]
    [InlineData("PRIVATE+KEY+a b+12345678+AQEB", "name of a key")]
    [InlineData("PRIVATE+KEY+a+12345678+", "base64")]
    [InlineData("PRIVATE+KEY+a+12345678+AQE", "base64")]
    [InlineData("PRIVATE+KEY+a+12345678+AQEB", "32 bytes")]
    [InlineData("PRIVATE+KEY+a+12345678+AgEB", "PKCS#8")]
    [InlineData("PRIVATE+KEY+a+12345678+BAEB", "type of a private key")]
    public void WhatIsNoKey_IsRefusedWithASentence(string text, string because) => Refused(because, () => NoteKeyFile.Parse(text));

    [Theory]
    [InlineData(NoteKeyType.Ed25519)]
    [InlineData(NoteKeyType.Ecdsa)]
    public void EveryChangeOfAKey_IsRefused_AndNotRepeated(NoteKeyType type)
    {
        Assert.SkipUnless(type == NoteKeyType.Ecdsa || Ed25519NoteSigner.IsAvailable, WithoutOpenSsl);
        var text = New(type);
        var (key, secret) = (NoteKeyFile.Parse(text).Key, text.Split('+', 5)[4]);
        for (var at = text.IndexOf("+example", StringComparison.Ordinal); at < text.Length; at++)
        {
            // Of ECDSA the id does not depend on the name.
            if (type == NoteKeyType.Ecdsa && at <= text.IndexOf("log+", StringComparison.Ordinal) + 2) continue;
            var changed = $"{text[..at]}{(text[at] == 'A' ? 'B' : 'A')}{text[(at + 1)..]}";
            var refusal = Record.Exception(() => Assert.True(key.Verifies(SignedNote.Sign("text\n", NoteKeyFile.Parse(changed)))));
            // PKCS#8 has bits that change nothing.
            if (refusal is null && type == NoteKeyType.Ecdsa) continue;
            Assert.DoesNotContain(secret, Assert.IsType<FormatException>(refusal).ToString(), StringComparison.Ordinal);
        }
        for (var length = 0; length < text.Length; length++) Assert.Throws<FormatException>(() => NoteKeyFile.Parse(text[..length]));
        Refused("4,096", () => NoteKeyFile.Parse(text + new string(' ', 4096)));
    }

    [Fact]
    public void NameThatNoKeyCanHave_OrNoFileOfAscii_IsRefused()
    {
        foreach (var name in (string[])["", "a b", "a+b", "a\nb", "bäcker"]) Assert.ThrowsAny<ArgumentException>(() => NoteKeyFile.NewEcdsa(name));
    }

    [Fact]
    public void File_IsMadeOnce_ForItsOwnerOnly_AndKeepsItsKey()
    {
        var file = _folder.File("log.key");
        var made = NoteKeyFile.OpenOrMake(file, () => NoteKeyFile.NewEcdsa("example.com/log"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var again = NoteKeyFile.OpenOrMake(file, () => throw new InvalidOperationException("There is a key."));
        Assert.Equal(made.Key.ToString(), again.Key.ToString());
        Assert.Equal(file, Assert.Single(Directory.GetFiles(_folder.Path)));
    }

    [Fact]
    public void ManyWhoMakeTheFileAtOnce_HoldTheSameKey()
    {
        var file = _folder.File("log.key");
        var keys = new string[16];
        Parallel.For(0, keys.Length, i => keys[i] = NoteKeyFile.OpenOrMake(file, () => NoteKeyFile.NewEcdsa("example.com/log")).Key.ToString());
        Assert.Single(keys.Distinct(StringComparer.Ordinal));
        Assert.Equal(file, Assert.Single(Directory.GetFiles(_folder.Path)));
    }

    [Fact]
    public void DamagedFile_IsRefused_AndNotReplaced()
    {
        var file = _folder.File("log.key");
        File.WriteAllText(file, "PRIVATE+KEY+a");
        Refused("PRIVATE+KEY", () => NoteKeyFile.OpenOrMake(file, () => NoteKeyFile.NewEcdsa("a")));
        Assert.Equal("PRIVATE+KEY+a", File.ReadAllText(file));
        File.WriteAllBytes(file, new byte[1_000_000]);
        Refused("4,096", () => NoteKeyFile.OpenOrMake(file, () => NoteKeyFile.NewEcdsa("a")));
    }

    private static string New(NoteKeyType type) => type == NoteKeyType.Ecdsa ? NoteKeyFile.NewEcdsa("example.com/log") : NoteKeyFile.NewEd25519("example.com/log");
}
