using System.Net;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage;

/// <summary>What an answer of Azure Cosmos DB, or its absence, says of the one call that was made.</summary>
internal abstract record CallVerdict
{
    private CallVerdict()
    {
    }

    /// <summary>Answered: done (2xx), nothing new (304), not there (404), there already (409), or changed meanwhile (412). Which of them decides the caller.</summary>
    internal sealed record Done : CallVerdict
    {
        public static Done It { get; } = new();
    }

    /// <summary>A write that may have been applied, or may be yet: read what is there before saying anything.</summary>
    internal sealed record ReadBack : CallVerdict
    {
        public static ReadBack First { get; } = new();
    }

    /// <summary>Not applied, or a read: the same call again after a pause.</summary>
    /// <param name="Pause">To begin with; a longer one that the store names goes before.</param>
    internal sealed record Again(TimeSpan Pause) : CallVerdict;

    /// <summary>The same call would end the same way.</summary>
    /// <param name="Sentence">What to do, for an operator; names no document.</param>
    internal sealed record Fail(string Sentence) : CallVerdict;
}

/// <summary>
/// Tells what was applied from what was not, and from what nobody knows; pure. Statuses and sub-statuses are those of the service's documentation ("HTTP status codes for Azure Cosmos DB") and of
/// the SDK's StatusCodes and SubStatusCodes.
/// </summary>
internal static class CosmosVerdict
{
    private const int WriteForbidden = 3;
    private const int PartitionFull = 1014;
    private const int OtherContainer = 1024;
    private const int SessionNotAvailable = 1002;
    private const int OwnerNotFound = 1003;
    private const int AccountNotFound = 1008;
    private static readonly CallVerdict Soon = new CallVerdict.Again(TimeSpan.FromMilliseconds(20));
    private static readonly CallVerdict Later = new CallVerdict.Again(TimeSpan.FromMilliseconds(100));
    private static readonly CallVerdict NoContainer = new CallVerdict.Fail("A container is missing in Azure Cosmos DB: run the service with the argument migrate, by an identity that may create it.");

    /// <param name="status">Null when no answer came.</param>
    /// <param name="sub">The header <c>x-ms-substatus</c>; 0 for none.</param>
    /// <param name="e">Null when there was an answer. Of a <see cref="CosmosException"/> status and sub-status are given as well.</param>
    public static CallVerdict Of(HttpStatusCode? status, int sub, Exception? e, bool isWrite)
    {
        var unknown = isWrite ? CallVerdict.ReadBack.First : Later;
        return ((int?)status, sub) switch
        {
            (null or 0, _) => IsOfTheWay(e) ? unknown : new CallVerdict.Fail($"The SDK of Azure Cosmos DB failed with {e?.GetType().Name ?? "nothing"}."),
            (404, SessionNotAvailable) => Soon,
            (404, OwnerNotFound) => NoContainer,
            ((>= 200 and < 300) or 304 or 404 or 409 or 412, _) => CallVerdict.Done.It,
            (429, _) => Soon,
            (403, WriteForbidden or AccountNotFound) or (400, OtherContainer) => Later,
            (401, _) => new CallVerdict.Fail("Azure Cosmos DB does not know who asks: check the key (Storage:Cosmos:Key, Storage:CosmosKeys:Key), or the identity of the process."),
            (403, PartitionFull) => new CallVerdict.Fail(
                "A partition has reached the 20 GB that Azure Cosmos DB gives to one: nothing more can be written there. No right is lacking; report it, and have the limit raised meanwhile."),
            (403, _) => new CallVerdict.Fail(
                $"Azure Cosmos DB forbids it (sub-status {sub}): give the identity the role Cosmos DB Built-in Data Contributor on the account, and let its firewall pass this network."),
            (413, _) => new CallVerdict.Fail("A document is larger than Azure Cosmos DB takes (2 MB)."),
            (400 or 405, _) => new CallVerdict.Fail($"Azure Cosmos DB refused the request ({(int)status!}, sub-status {sub}): this is a defect; report it."),
            _ => unknown,
        };
    }

    /// <summary>A connection that broke, or time that ran out: not a mistake of ours.</summary>
    private static bool IsOfTheWay(Exception? e) =>
        e is CosmosException or HttpRequestException or OperationCanceledException or IOException or System.Net.Sockets.SocketException or TimeoutException or System.Text.Json.JsonException;
}
