using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class IdentifierKeysTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Ring_AtFirstNeed_MakesOneKeyThatOnlyItsOwnerMayRead()
    {
        var ring = new IdentifierKeys(_folder.Path).Addresses("orchard-ltd");
        var file = Assert.Single(Directory.GetFiles(_folder.Path));
        Assert.Equal("address-orchard-ltd.1.key", Path.GetFileName(file));
        Assert.Equal(Convert.ToBase64String(ring.Newest), File.ReadAllText(file).Trim());
        Assert.Equal(KeyRing.KeyBytes, ring.Newest.Length);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task Ring_ManyProcessesAtOnce_MakeOneKey()
    {
        for (var round = 0; round < 20; round++)
        {
            using var start = new Barrier(8);
            var name = $"round-{round}";
            var keys = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(() =>
            {
                var process = new IdentifierKeys(_folder.Path);
                start.SignalAndWait();
                return Convert.ToHexString(process.Ring(name).Newest);
            }, default, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
            Assert.Single(keys.Distinct());
        }
        Assert.All(Directory.GetFiles(_folder.Path), file => Assert.EndsWith(".1.key", file));
    }

    [Fact]
    public void AddressId_IsAValidSubjectIdThatDiffersPerControllerAndAddress()
    {
        var keys = new IdentifierKeys(_folder.Path);
        string[] ids =
        [
            keys.Addresses("a").AddressId("jan@example.com"), keys.Addresses("a").AddressId("piet@example.com"),
            keys.Addresses("b").AddressId("jan@example.com"),
        ];
        Assert.All(ids, id => Assert.True(SubjectId.IsAddress(id)));
        Assert.Equal(3, ids.Distinct().Count());
        Assert.Equal(ids[0], new IdentifierKeys(_folder.Path).Addresses("a").AddressId("jan@example.com"));
    }

    [Fact]
    public void Succeed_NewHashesUseTheNewKey_LookUpsFindTheOldOne_AnotherProcessSeesIt()
    {
        var (here, there) = (new IdentifierKeys(_folder.Path), new IdentifierKeys(_folder.Path));
        var old = there.Addresses("a").AddressId("jan@example.com");
        here.Succeed("address-a");
        var ids = there.Addresses("a").AddressIds("jan@example.com");
        Assert.Equal(2, ids.Count);
        Assert.StartsWith("a2-", ids[0]);
        Assert.Equal(old, ids[1]);
        Assert.Equal(ids[0], there.Addresses("a").AddressId("jan@example.com"));
    }

    [Fact]
    public void CountOf_ARingThatThereIsNot_MakesNone_AndSeesWhatAnotherProcessAdds()
    {
        var (here, there) = (new IdentifierKeys(_folder.Path), new IdentifierKeys(_folder.Path));
        Assert.Equal(0, here.CountOf("link-a"));
        Assert.Empty(Directory.GetFiles(_folder.Path));
        there.Succeed("link-a");
        Assert.Equal(2, here.CountOf("link-a"));
        there.Succeed("link-a");
        Assert.Equal(3, here.CountOf("link-a"));
    }

    /// <summary>An opt-out must not wait for the repair of a file of which nothing counts but that it is there.</summary>
    [Fact]
    public void CountOf_ADamagedKey_Counts()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "link-a.1.key"), "");
        Assert.Equal(1, new IdentifierKeys(_folder.Path).CountOf("link-a"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not base64")]
    [InlineData("c2hvcnQ=")]
    public void Ring_ADamagedKey_IsRefusedAndNotReplaced(string content)
    {
        var file = Path.Combine(_folder.Path, "token.1.key");
        File.WriteAllText(file, content);
        Assert.Throws<IOException>(() => new IdentifierKeys(_folder.Path).Ring("token"));
        Assert.Equal(content, File.ReadAllText(file));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../token")]
    [InlineData("a/b")]
    [InlineData("A")]
    public void Ring_ANameThatIsNoFileName_IsRefused(string name) =>
        Assert.Throws<ArgumentException>(() => new IdentifierKeys(_folder.Path).Ring(name));
}
