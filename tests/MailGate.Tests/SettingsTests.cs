using Consent.Tests.Support;
using MailKit.Security;
using Microsoft.Extensions.Configuration;

namespace Consent.MailGate.Tests;

/// <summary>Whatever is set wrong is told at the start, by the name of the setting.</summary>
public sealed class SettingsTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("MailGate:Listen", "localhost")]
    [InlineData("MailGate:Listen", "127.0.0.1")]
    [InlineData("MailGate:Listen", "0.0.0.0:2525")]
    [InlineData("MailGate:Certificate", "gate.crt")]
    [InlineData("MailGate:Marketing", "consent")]
    [InlineData("MailGate:Marketing", "ftp://consent.example/")]
    [InlineData("MailGate:Marketing", null)]
    [InlineData("MailGate:TokenFile", null)]
    [InlineData("MailGate:SignInWithin", "00:00:00")]
    [InlineData("MailGate:SignInWithin", "01:00:00")]
    public void OfTheGate_WhatNoMailCanBeTakenWith_IsTold(string name, string? value)
    {
        var refused = Assert.Throws<InvalidOperationException>(() => GateSettings.Of(Settings((name, value))));
        Assert.Contains(name == "MailGate:Listen" && value == "0.0.0.0:2525" ? "MailGate:Certificate" : name, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OfTheGate_ItListensOnOnesOwnMachine_UnlessToldOtherwise()
    {
        var settings = GateSettings.Of(Settings());
        Assert.Equal(("127.0.0.1:2525", true, 25 << 20), ($"{settings.Listen}", settings.IsOnLoopback, settings.LargestMail));
    }

    [Fact]
    public void OfTheGate_ATokenItself_DoesInPlaceOfItsFile_AndIsNotToldByAccident()
    {
        var settings = GateSettings.Of(Settings(("MailGate:TokenFile", null), ("MailGate:Token", "geheim")));
        Assert.Equal(("geheim", null), (settings.Token, settings.TokenFile));
        Assert.DoesNotContain("geheim", $"{settings}", StringComparison.Ordinal);
    }

    [Fact]
    public void OfTheGate_ACertificate_ThatCannotBeRead_IsTold()
    {
        File.WriteAllText(_data.File("gate.crt"), "half of one");
        File.WriteAllText(_data.File("gate.key"), "");
        foreach (var file in (string[])[_data.File("gate.crt"), _data.File("none.crt")])
        {
            var refused = Assert.Throws<InvalidOperationException>(() => GateSettings.Of(Settings(("MailGate:Certificate", file), ("MailGate:CertificateKey", _data.File("gate.key")))));
            Assert.Contains("MailGate:Certificate", refused.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("mail.example.org:587", null, "mail.example.org", 587, SecureSocketOptions.StartTls)]
    [InlineData("mail.example.org:465", "tls", "mail.example.org", 465, SecureSocketOptions.SslOnConnect)]
    [InlineData("localhost:25", "none", "localhost", 25, SecureSocketOptions.None)]
    [InlineData("[::1]:25", "none", "::1", 25, SecureSocketOptions.None)]
    public void OfTheNextServer_WhatMailCanBeHandedOnWith(string next, string? tls, string host, int port, SecureSocketOptions options)
    {
        var settings = NextHopSettings.Of(Settings(("MailGate:Next", next), ("MailGate:NextTls", tls)));
        Assert.Equal((host, port, options), (settings.Host, settings.Port, settings.Tls));
    }

    [Theory]
    [InlineData("MailGate:Next", null)]
    [InlineData("MailGate:Next", "mail.example.org")]
    [InlineData("MailGate:Next", "mail.example.org:0")]
    [InlineData("MailGate:Next", "mail.example.org:25/inbox")]
    [InlineData("MailGate:NextTls", "none")]
    [InlineData("MailGate:NextUser", "gate")]
    public void OfTheNextServer_AnythingElse_IsTold(string name, string? value) => Assert.Contains(
        name, Assert.Throws<InvalidOperationException>(() => NextHopSettings.Of(Settings((name, value)))).Message, StringComparison.Ordinal);

    [Fact]
    public void OfTheNextServer_ThePassword_IsNotToldByAccident()
    {
        var settings = NextHopSettings.Of(Settings(("MailGate:NextUser", "gate"), ("MailGate:NextPassword", "geheim")));
        Assert.Equal("geheim", settings.Password);
        Assert.DoesNotContain("geheim", $"{settings}", StringComparison.Ordinal);
    }

    [Fact]
    public void OfAStream_ThePasswordThatWasMade_SignsItIn_AndNoOther()
    {
        var said = new StringWriter();
        Assert.Equal(0, MakeCredential.Run(Settings(), Orchard.Site, "letters", said));
        var lines = said.ToString().Split('\n').Select(line => line.Trim()).ToList();
        var password = lines.Single(line => line.StartsWith("password", StringComparison.Ordinal))[8..].Trim();
        var stored = lines.Where(line => line.StartsWith("MailGate__", StringComparison.Ordinal))
            .Select(line => line.Split('=', 2)).Select(set => (set[0].Replace("__", ":", StringComparison.Ordinal), (string?)set[1])).ToArray();

        var credentials = StreamCredentials.Of(Settings(stored));

        Assert.True(credentials.IsRight(Orchard.Letters, password));
        Assert.False(credentials.IsRight(Orchard.Letters, password + "x"));
        Assert.False(credentials.IsRight(Orchard.Invoices, password));
        Assert.False(credentials.IsRight(null, null));
        Assert.DoesNotContain(stored, set => set.Item2!.Contains(password, StringComparison.Ordinal));
        Assert.Equal(2, MakeCredential.Run(Settings(), "Orchard", "letters", said));
    }

    [Fact]
    public void OfAStream_AHashThatWasMadeForAnother_OrUnderAKeyThatIsNotThere_SignsNobodyIn()
    {
        var (password, stored) = StreamCredentials.Make(Settings(), Orchard.Letters);
        var moved = StreamCredentials.Of(Settings(("MailGate:Streams:0:Site", Orchard.Site), ("MailGate:Streams:0:Stream", "invoices"), ("MailGate:Streams:0:Password", stored)));
        Assert.False(moved.IsRight(Orchard.Invoices, password));
        Assert.False(moved.IsRight(Orchard.Letters, password));

        foreach (var unusable in (string?[])[null, password, $"2{stored[1..]}", stored[..^1]])
        {
            var refused = Assert.Throws<InvalidOperationException>(() => StreamCredentials.Of(
                Settings(("MailGate:Streams:0:Site", Orchard.Site), ("MailGate:Streams:0:Stream", "letters"), ("MailGate:Streams:0:Password", unusable))));
            Assert.Contains("MailGate:Streams:0:Password", refused.Message, StringComparison.Ordinal);
        }
    }

    private IConfigurationRoot Settings(params (string Name, string? Value)[] others)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Data"] = _data.Path,
            ["MailGate:Marketing"] = "https://consent.example/",
            ["MailGate:TokenFile"] = "token",
            ["MailGate:Next"] = "mail.example.org:587",
        };
        foreach (var (name, value) in others) settings[name] = value;
        return new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
    }
}
