namespace Consent.Contracts.Tests;

public sealed class SubjectIdTests
{
    private const string Hex32 = "0123456789abcdef0123456789abcdef";

    [Fact]
    public void VisitorId_IsThirtyTwoLowerCaseHexadecimalDigits() => Assert.True(SubjectId.IsVisitor(Hex32));

    [Fact]
    public void RandomId_IsAVisitorId_AndNeverTheSame()
    {
        var ids = Enumerable.Range(0, 1000).Select(_ => RandomId.New()).ToList();
        Assert.All(ids, id => Assert.True(SubjectId.IsVisitor(id)));
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Theory]
    [InlineData("a1-")]
    [InlineData("a999999-")]
    public void AddressId_IsAKeyVersionAndAHash(string start)
    {
        var id = start + Hex32 + Hex32;
        Assert.True(SubjectId.IsAddress(id));
        Assert.True(SubjectId.IsValid(id));
        Assert.False(SubjectId.IsVisitor(id));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0123456789ABCDEF0123456789ABCDEF")]
    [InlineData("0123456789abcdef0123456789abcde")]
    [InlineData("0123456789abcdef0123456789abcdef0")]
    [InlineData("0123456789abcdef0123456789abcdeg")]
    [InlineData("0123456789abcdef0123456789abcdef\n")]
    [InlineData(" 0123456789abcdef0123456789abcdef")]
    [InlineData("a0-" + Hex32 + Hex32)]
    [InlineData("a1-" + Hex32)]
    [InlineData("a1-" + Hex32 + Hex32 + "\n")]
    [InlineData("b1-" + Hex32 + Hex32)]
    [InlineData("reader@shop.example")]
    [InlineData("../../receipts")]
    public void Anything_Else_IsNoSubjectId(string? id) => Assert.False(SubjectId.IsValid(id));
}
