using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.ConsentService;

/// <summary>Where a person stands now: for himself by his visitor id, for the controller by token.</summary>
internal static class ReadState
{
    public const string SubjectHeader = "Consent-Subject";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/v1/sites/{site}/me/state", OwnAsync).RequireSiteCors(ConsentSetup.Service);
        endpoints.MapGet("/v1/sites/{site}/receipts/{id}", ReceiptAsync).RequireSiteCors(ConsentSetup.Service);
        var trusted = endpoints.MapGroup("/v1/sites/{site}/subjects/{subject}").RequireScope("consent");
        trusted.MapGet("/state", StateAsync);
        trusted.MapGet("/receipts", HistoryAsync);
        // The id of a topic on a channel has a slash.
        trusted.MapGet("/permits/{**purpose}", PermitAsync);
    }

    public static ProblemHttpResult MalformedSubject() => Problems.Because(400, "subject-id", "The subject id is malformed.",
        "Send a visitor id, 32 lower-case hexadecimal digits; other subjects need a token with scope consent.");

    private static async Task<IResult> OwnAsync(string site, HttpContext http, Reader reader)
    {
        if (reader.Declarations.InForce(site) is not { } inForce) return Problems.UnknownSite();
        if (SiteCors.ForeignOrigin(http.Request, inForce.Declaration) is { } foreign) return foreign;
        var subject = http.Request.Headers[SubjectHeader].ToString();
        // A browser that says "no" by its signal is answered also before the first choice, when there is no id yet.
        if (subject.Length == 0 && ServeGpc.IsOn(http.Request)) return await reader.AnswerAsync(http, inForce, subject);
        return SubjectId.IsVisitor(subject) ? await reader.AnswerAsync(http, inForce, subject) : MalformedSubject();
    }

    /// <param name="at">As it was known at that moment; now when absent.</param>
    private static async Task<IResult> StateAsync(string site, string subject, string? at, HttpContext http, Reader reader)
    {
        if (reader.Declarations.Open(http.User, site) is not { } inForce) return Problems.UnknownSite();
        if (!SubjectId.IsValid(subject)) return MalformedSubject();
        if (at is null) return await reader.AnswerAsync(http, inForce, subject);
        if (!Moments.TryRead(at, out var moment)) return Moments.Malformed("at");
        if (moment > reader.Time.Now()) return Moments.NotYet("at");
        return reader.Declarations.Of(site).InForce(moment) is { } then
            ? await reader.AnswerAsOfAsync(http, then, subject, moment)
            : Problems.Because(404, "unknown-declaration", "The site had published nothing by then.", "Ask for a time after its first publication.");
    }

    private static async Task<IResult> HistoryAsync(string site, string subject, HttpContext http, Reader reader)
    {
        if (reader.Declarations.Open(http.User, site) is null) return Problems.UnknownSite();
        if (!SubjectId.IsValid(subject)) return MalformedSubject();
        http.Response.Headers.CacheControl = "no-store";
        var history = await reader.Log.HistoryAsync(Receipt.Stream(site, subject), http.RequestAborted);
        return TypedResults.Ok(history.Select(DecisionRecorder.ReceiptOf).OfType<Receipt>());
    }

    private static async Task<IResult> PermitAsync(string site, string subject, string? purpose, HttpContext http, Reader reader)
    {
        if (reader.Declarations.Open(http.User, site) is not { } inForce) return Problems.UnknownSite();
        if (!SubjectId.IsValid(subject)) return MalformedSubject();
        purpose = Uri.UnescapeDataString(purpose ?? "");
        if (inForce.Declaration.PurposeBehind(purpose) is null)
            return Problems.Because(404, "unknown-purpose", "The declaration has no such purpose or topic.", "Use an id of the site's declaration.");
        var newest = await reader.NewestAsync(site, subject, http.RequestAborted);
        var state = ConsentState.Of(newest, inForce, purpose, reader.Time.Now());
        http.Response.Headers.CacheControl = "no-store";
        return JsonAnswer.Of(new Permit(state.Permitted, state.Status, newest?.Id));
    }

    public static ProblemHttpResult UnknownReceipt() => Problems.Because(404, "unknown-receipt", "There is no such receipt here.",
        "Send the receipt's id, with your Consent-Subject or a token.");

    /// <summary>The receipt, for the person himself or for the controller; null for everybody else.</summary>
    public static async Task<Receipt?> ReceiptForAsync(string site, string id, HttpContext http, Reader reader)
    {
        var record = id.Length == 32 ? await reader.Log.FindByIdAsync(id, http.RequestAborted) : null;
        if (DecisionRecorder.ReceiptOf(record) is not { } receipt || receipt.Site != site) return null;
        var own = http.Request.Headers[SubjectHeader] == receipt.SubjectId && SubjectId.IsVisitor(receipt.SubjectId);
        var trusted = http.User.HasScope("consent") && reader.Declarations.Open(http.User, site) is not null;
        return own || trusted ? receipt : null;
    }

    private static async Task<IResult> ReceiptAsync(string site, string id, HttpContext http, Reader reader)
    {
        if (await ReceiptForAsync(site, id, http, reader) is not { } receipt) return UnknownReceipt();
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(receipt);
    }

    /// <param name="Reason">The status, which is why.</param>
    /// <param name="Receipt">Id of the newest receipt, on which the answer rests; absent for a person of whom nothing is known.</param>
    internal sealed record Permit(bool Permitted, PurposeStatus Reason, string? Receipt);

    internal sealed record State(
        string Site, int Epoch, long Version, string? Receipt, string Declaration, DateTimeOffset At, IReadOnlyDictionary<string, PurposeState> Purposes);

    internal sealed class Reader([FromKeyedServices(ConsentSetup.Service)] IRecordLog log, DeclarationLog declarations, TimeProvider time)
    {
        public IRecordLog Log => log;
        public DeclarationLog Declarations => declarations;
        public TimeProvider Time => time;

        public async Task<Receipt?> NewestAsync(string site, string subject, CancellationToken cancel) =>
            DecisionRecorder.ReceiptOf(await log.LatestAsync(Receipt.Stream(site, subject), cancel));

        public async Task<IResult> AnswerAsync(HttpContext http, PublishedDeclaration inForce, string subject) =>
            Answer(http, await NewestAsync(inForce.Declaration.Site, subject, http.RequestAborted), inForce, time.Now(), ServeGpc.IsOn(http.Request));

        /// <summary>What was known at the moment: receipts recorded by then, the declaration in force then, and the time itself.</summary>
        public async Task<IResult> AnswerAsOfAsync(HttpContext http, PublishedDeclaration inForce, string subject, DateTimeOffset at)
        {
            var history = await log.HistoryAsync(Receipt.Stream(inForce.Declaration.Site, subject), http.RequestAborted);
            return Answer(http, DecisionRecorder.ReceiptOf(history.LastOrDefault(r => r.RecordedAt <= at)), inForce, at);
        }

        private JsonAnswer<State> Answer(HttpContext http, Receipt? newest, PublishedDeclaration inForce, DateTimeOffset at, bool gpc = false)
        {
            http.Response.Headers.CacheControl = "no-store";
            var purposes = ConsentState.Of(newest, inForce, at);
            return JsonAnswer.Of(new State(
                inForce.Declaration.Site, newest?.Epoch ?? log.Epoch, newest?.Version ?? 0, newest?.Id, inForce.Hash, at,
                gpc ? GlobalPrivacyControl.Apply(purposes, newest, inForce.Declaration) : purposes));
        }
    }
}
