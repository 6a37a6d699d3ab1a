using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.ConsentService.Tests;

public sealed class RecordDecisionTests(RunningConsent consent) : IClassFixture<RunningConsent>
{
    private readonly string _visitor = RandomId.New();

    [Fact]
    public async Task Decide_AnswersTheReceiptAndWhereItLies_AndTheStateFollows()
    {
        var answer = await consent.DecideAsync(consent.Statistics(_visitor, true));
        var receipt = await JsonOf(answer);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal($"/v1/sites/test-site/receipts/{receipt["id"]}", answer.Headers.Location?.ToString());
        foreach (var member in (string[])["id", "subjectId", "epoch", "version", "purposes", "declaration", "recordedAt", "dropped"])
            Assert.True(receipt.ContainsKey(member), member);
        var own = await consent.App.SendAsync(HttpMethod.Get, answer.Headers.Location!.ToString(), headers: ("Consent-Subject", _visitor));
        Assert.Equal(receipt.ToJsonString(), (await JsonOf(own)).ToJsonString());
        Assert.Equal("given", (string?)(await consent.StateAsync(_visitor))["purposes"]!["statistics"]!["status"]);
    }

    [Fact]
    public async Task Receipt_OfAnotherVisitor_IsNotThere()
    {
        var answer = await consent.DecideAsync(consent.Statistics(_visitor, true));

        await ProblemOf.IsAsync(
            await consent.App.SendAsync(HttpMethod.Get, answer.Headers.Location!.ToString(), headers: ("Consent-Subject", RandomId.New())), 404, "unknown-receipt");
    }

    [Fact]
    public async Task StaleGrant_AgainstANewerNo_Is409WithTheNewestReceipt_AndStoresNothing()
    {
        var no = await JsonOf(await consent.DecideAsync(consent.Statistics(_visitor, false)));

        var problem = await ProblemOf.IsAsync(await consent.DecideAsync(consent.Statistics(_visitor, true)), 409, "newer-no");

        Assert.Equal((string?)no["id"], (string?)problem["receipt"]!["id"]);
        Assert.Single(await consent.ReceiptsAsync(_visitor));
    }

    [Fact]
    public async Task SameKeySameBody_AnswersTheSameReceipt_AlsoWhenAnotherDecisionCameBetween()
    {
        var key = ("Idempotency-Key", RandomId.New());
        var first = await JsonOf(await consent.DecideAsync(consent.Statistics(_visitor, true), headers: key));
        await consent.DecideAsync(consent.Statistics(_visitor, false));

        var again = await consent.DecideAsync(consent.Statistics(_visitor, true), headers: key);

        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Equal(first.ToJsonString(), (await JsonOf(again)).ToJsonString());
        Assert.Equal(2, (await consent.ReceiptsAsync(_visitor)).Count);
    }

    [Fact]
    public async Task SameKeyOtherBody_OfAGrant_Is422AndStoresNothing_AndANoGoesThrough()
    {
        var key = ("Idempotency-Key", RandomId.New());
        await consent.DecideAsync(consent.Statistics(_visitor, true), headers: key);

        await ProblemOf.IsAsync(await consent.DecideAsync(consent.Statistics(_visitor, true, 1), headers: key), 422, "idempotency-key-reused");
        Assert.Single(await consent.ReceiptsAsync(_visitor));
        Assert.Equal(HttpStatusCode.Created, (await consent.DecideAsync(consent.Statistics(_visitor, false), headers: key)).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await consent.DecideAsync(consent.Statistics(_visitor, false), headers: ("Idempotency-Key", "two words"))).StatusCode);
        Assert.Equal(3, (await consent.ReceiptsAsync(_visitor)).Count);
    }

    [Fact]
    public async Task SameKey_OfAnotherPerson_IsAnotherKey()
    {
        var key = ("Idempotency-Key", RandomId.New());
        await consent.DecideAsync(consent.Statistics(_visitor, true), headers: key);

        Assert.Equal(HttpStatusCode.Created, (await consent.DecideAsync(consent.Statistics(RandomId.New(), true), headers: key)).StatusCode);
    }

    [Fact]
    public async Task ManyAtOnce_OfOnePerson_MakeOneGaplessHistory()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => consent.DecideAsync(consent.Statistics(_visitor, false))));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Created, a.StatusCode));
        Assert.Equal(Enumerable.Range(1, 40).Select(i => (long)i), (await consent.ReceiptsAsync(_visitor)).Select(r => (long)r!["version"]!));
    }

    [Fact]
    public async Task No_OfAForeignPage_IsStored_ItsGrantIsNot()
    {
        var foreign = ("Origin", "https://evil.example");

        await ProblemOf.IsAsync(await consent.DecideAsync(consent.Statistics(_visitor, true), headers: foreign), 403, "foreign-origin");
        Assert.Empty(await consent.ReceiptsAsync(_visitor));

        Assert.Equal(HttpStatusCode.Created, (await consent.DecideAsync(consent.Statistics(_visitor, false), headers: foreign)).StatusCode);
        Assert.Single(await consent.ReceiptsAsync(_visitor));
    }

    [Theory]
    [InlineData("{\"heldVersion\":99}")]
    [InlineData("{\"declaration\":\"0000\"}")]
    [InlineData("{\"declaration\":null}")]
    [InlineData("{\"action\":\"<script>\"}")]
    [InlineData("{\"purposes\":{\"statistics\":false,\"bogus\":true}}")]
    [InlineData("{\"purposes\":{\"statistics\":false,\"bogus\":false}}")]
    [InlineData("{\"purposes\":{\"statistics\":false,\"necessary\":true}}")]
    public async Task No_GoesThroughWhateverElseIsWrong(string with)
    {
        var answer = await consent.DecideAsync(Changed(consent.Statistics(_visitor, false), with));

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("refused", (string?)(await consent.StateAsync(_visitor))["purposes"]!["statistics"]!["status"]);
    }

    [Theory]
    [InlineData("{\"heldVersion\":99}", 409, "future-version")]
    [InlineData("{\"declaration\":\"0000\"}", 422, "unknown-declaration")]
    [InlineData("{\"declaration\":null}", 422, "unknown-declaration")]
    [InlineData("{\"action\":\"<script>\"}", 422, "malformed-label")]
    [InlineData("{\"purposes\":{\"bogus\":true}}", 422, "unknown-purpose")]
    [InlineData("{\"purposes\":{\"bogus\":false}}", 422, "unknown-purpose")]
    [InlineData("{\"purposes\":{\"statistics\":true,\"bogus\":true}}", 422, "unknown-purpose")]
    [InlineData("{\"purposes\":{\"necessary\":true}}", 422, "no-consent-needed")]
    [InlineData("{\"purposes\":{}}", 422, "nothing-decided")]
    [InlineData("{\"purposes\":null}", 422, "nothing-decided")]
    [InlineData("{\"purposes\":{\"statistics\":\"yes\"}}", 400, "malformed-body")]
    [InlineData("{\"subjectId\":\"someone@example.org\"}", 400, "subject-id")]
    [InlineData("{\"subjectId\":\"0123456789ABCDEF0123456789ABCDEF\"}", 400, "subject-id")]
    [InlineData("{\"subjectId\":null}", 400, "subject-id")]
    public async Task Grant_ThatIsWrong_IsRefusedAndNothingStored(string with, int status, string slug)
    {
        await ProblemOf.IsAsync(await consent.DecideAsync(Changed(consent.Statistics(_visitor, true), with)), status, slug);

        Assert.Empty(await consent.ReceiptsAsync(_visitor));
    }

    [Fact]
    public async Task AddressSubject_NeedsATokenOfItsController()
    {
        var address = "a1-" + RandomId.New() + RandomId.New();

        await ProblemOf.IsAsync(await consent.DecideAsync(consent.Statistics(address, false)), 400, "subject-id");
        await ProblemOf.IsAsync(await consent.DecideAsync(consent.Statistics(address, false), consent.App.Token("consent", ["other"])), 400, "subject-id");
        Assert.Equal(HttpStatusCode.Created,
            (await consent.DecideAsync(consent.Statistics(address, false), consent.App.Token("consent", ["test-house"]))).StatusCode);
    }

    [Fact]
    public async Task UnknownSite_MalformedJson_TooLargeABody_AreProblems()
    {
        await ProblemOf.IsAsync(await consent.DecideAsync(consent.Statistics(_visitor, false), site: "nowhere"), 404, "unknown-site");
        await ProblemOf.IsAsync(await consent.DecideAsync(new StringContent("{\"subjectId\":", Encoding.UTF8, "application/json")), 400, "malformed-body");
        await ProblemOf.IsAsync(
            await consent.DecideAsync(new StringContent(new string(' ', 70_000), Encoding.UTF8, "application/json")), 413, "body-too-large");
        await ProblemOf.IsAsync(
            await consent.DecideAsync(consent.Statistics(_visitor, true), headers: ("Idempotency-Key", new string('k', 129))), 400, "idempotency-key");
    }

    private static JsonObject Changed(object body, string with)
    {
        var json = System.Text.Json.JsonSerializer.SerializeToNode(body)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(with)!.AsObject()) json[name] = value?.DeepClone();
        return json;
    }

    private static async Task<JsonObject> JsonOf(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
}
