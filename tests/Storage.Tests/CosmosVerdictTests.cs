using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>What each answer says of the call that was made: the table on which it rests that nothing is confirmed that is not there.</summary>
public sealed class CosmosVerdictTests
{
    private const string Done = "done";
    private const string ReadBack = "read back";
    private const string Again = "again";
    private const string Fail = "fail";

    /// <summary>Status, sub-status; then the verdict of a write, and of a read.</summary>
    [Theory]
    [InlineData(200, 0, Done, Done)]
    [InlineData(201, 0, Done, Done)]
    [InlineData(204, 0, Done, Done)]
    [InlineData(304, 0, Done, Done)]
    [InlineData(404, 0, Done, Done)]
    [InlineData(409, 0, Done, Done)]
    [InlineData(412, 0, Done, Done)]
    [InlineData(404, 1002, Again, Again)]
    [InlineData(404, 1003, Fail, Fail)]
    [InlineData(403, 3, Again, Again)]
    [InlineData(403, 1008, Again, Again)]
    [InlineData(429, 0, Again, Again)]
    [InlineData(429, 3200, Again, Again)]
    [InlineData(400, 1024, Again, Again)]
    [InlineData(408, 0, ReadBack, Again)]
    [InlineData(410, 0, ReadBack, Again)]
    [InlineData(410, 1002, ReadBack, Again)]
    [InlineData(449, 0, ReadBack, Again)]
    [InlineData(500, 0, ReadBack, Again)]
    [InlineData(502, 0, ReadBack, Again)]
    [InlineData(503, 0, ReadBack, Again)]
    [InlineData(504, 0, ReadBack, Again)]
    [InlineData(599, 7, ReadBack, Again)]
    [InlineData(400, 0, Fail, Fail)]
    [InlineData(401, 0, Fail, Fail)]
    [InlineData(403, 0, Fail, Fail)]
    [InlineData(403, 1014, Fail, Fail)]
    [InlineData(405, 0, Fail, Fail)]
    [InlineData(413, 0, Fail, Fail)]
    public void AnAnswer_IsTold(int status, int sub, string write, string read)
    {
        Assert.Equal(write, Of((HttpStatusCode)status, sub, null, true));
        Assert.Equal(read, Of((HttpStatusCode)status, sub, null, false));
        // As the exception of the client that carries them.
        var thrown = new CosmosException("anything", (HttpStatusCode)status, sub, "activity", 1);
        Assert.Equal(write, Of((HttpStatusCode)status, sub, thrown, true));
    }

    [Fact]
    public void NoAnswer_MayHaveBeenApplied()
    {
        Exception[] lost =
        [
            new HttpRequestException("lost"), new OperationCanceledException(), new TaskCanceledException(), new IOException("reset"), new SocketException(104), new TimeoutException(),
            new JsonException("cut off"), new CosmosException("no status", default(HttpStatusCode), 0, "activity", 0),
        ];
        foreach (var e in lost)
        {
            Assert.Equal(ReadBack, Of(null, 0, e, true));
            Assert.Equal(Again, Of(null, 0, e, false));
        }
    }

    /// <summary>A mistake is not tried again until the time is over, and what it says of the document is told nobody.</summary>
    [Fact]
    public void AMistakeOfOurs_Fails_AndNamesItsKindAlone()
    {
        var verdict = Assert.IsType<CallVerdict.Fail>(CosmosVerdict.Of(null, 0, new NotSupportedException("secret-id"), true));
        Assert.Contains(nameof(NotSupportedException), verdict.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-id", verdict.Sentence, StringComparison.Ordinal);
    }

    /// <summary>Whoever reads it must not look for a role that the identity lacks.</summary>
    [Fact]
    public void APartitionThatIsFull_IsToldAsThat_AndNotAsARightThatIsLacking()
    {
        var verdict = Assert.IsType<CallVerdict.Fail>(CosmosVerdict.Of(HttpStatusCode.Forbidden, 1014, null, true));
        Assert.Contains("20 GB", verdict.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("role", verdict.Sentence, StringComparison.Ordinal);
    }

    /// <summary>Whatever a store may answer some day: a write is only taken for not applied where that is known.</summary>
    [Fact]
    public void AWrite_IsNotAppliedOnlyWhereThatIsKnown()
    {
        (int, int)[] before = [(404, 1002), (403, 3), (403, 1008), (429, 0), (400, 1024)];
        for (var status = 100; status < 600; status++)
            foreach (var sub in (int[])[0, 3, 1002, 1008, 1024, 3200])
                if (Of((HttpStatusCode)status, sub, null, true) == Again) Assert.Contains((status, status == 429 ? 0 : sub), before);
    }

    [Theory]
    [InlineData(ConsistencyLevel.Strong, 1, true)]
    [InlineData(ConsistencyLevel.BoundedStaleness, 1, true)]
    [InlineData(ConsistencyLevel.Session, 1, true)]
    [InlineData(ConsistencyLevel.ConsistentPrefix, 1, false)]
    [InlineData(ConsistencyLevel.Eventual, 1, false)]
    [InlineData(ConsistencyLevel.Session, 2, false)]
    public void AnAccount_IsGoodForALog_FromSessionConsistencyUp_WithOneRegionForWriting(ConsistencyLevel consistency, int writable, bool isGood) =>
        Assert.Equal(isGood, CosmosClients.RefusalOf(consistency, writable) is null);

    private static string Of(HttpStatusCode? status, int sub, Exception? e, bool isWrite) => CosmosVerdict.Of(status, sub, e, isWrite) switch
    {
        CallVerdict.Done => Done,
        CallVerdict.ReadBack => ReadBack,
        CallVerdict.Again { Pause.Ticks: > 0 } => Again,
        CallVerdict.Fail { Sentence.Length: > 20 } => Fail,
        var other => $"unexpected: {other}",
    };
}
