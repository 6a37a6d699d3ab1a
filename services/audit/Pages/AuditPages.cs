namespace Consent.Audit.Pages;

/// <summary>
/// The auditors' pages, for people who signed in: made by the server, complete without script, asking nobody else for anything. What a page tells comes from the functions that answer the
/// API, with all that these refuse and note.
/// </summary>
internal static class AuditPages
{
    public const string Root = "/audit";

    public static void AddAuditPages(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ReadPageTrace>();
        builder.Services.AddSingleton<CheckReceipt>();
        builder.Services.AddSingleton<CountDecisions>();
        builder.Services.AddHostedService(p => p.GetRequiredService<CountDecisions>());
    }

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var pages = endpoints.MapGroup(Root).RequireSignIn().AddEndpointFilter(ProblemPage.FilterAsync);
        pages.MapGet("", HomePage.AnswerAsync);
        pages.MapGet("/receipts", ReceiptsPage.AnswerAsync);
        pages.MapGet("/receipts.csv", ReceiptsPage.CsvAsync);
        pages.MapGet("/receipts.json", ReceiptsPage.JsonAsync);
        // Each of these is a look at a person.
        var receipt = pages.MapGroup("/receipts/{id}").AddEndpointFilter(ForeignLink.FilterAsync);
        receipt.MapGet("", ReceiptPage.AnswerAsync);
        receipt.MapPost("", ReceiptPage.AskedAsync);
        receipt.MapGet("/trace.json", ReceiptPage.JsonAsync);
        receipt.MapGet("/story.csv", ReceiptPage.CsvAsync);
        receipt.MapGet("/evidence.zip", EvidencePage.AnswerAsync);
        receipt.MapPost("/evidence.zip", EvidencePage.AskedAsync);
        receipt.MapGet("/banner", BannerPage.AnswerAsync);
        pages.MapPost("/timeline", TimelinePage.AnswerAsync);
        pages.MapPost("/timeline.csv", TimelinePage.CsvAsync);
        pages.MapPost("/timeline.json", TimelinePage.JsonAsync);
        pages.MapPost("/in-force", InForcePage.AnswerAsync);
        pages.MapPost("/in-force.json", InForcePage.JsonAsync);
        pages.MapGet("/sites/{site}", DeclarationsPage.AnswerAsync);
        pages.MapGet("/sites/{site}/declarations/{hash}", DeclarationPage.AnswerAsync);
        pages.MapGet("/sites/{site}/declarations/{hash}.json", DeclarationPage.JsonAsync);
        pages.MapGet("/sites/{site}/difference", DifferencePage.AnswerAsync);
        pages.MapGet("/sites/{site}/deliveries", DeliveriesPage.AnswerAsync);
        pages.MapGet("/sites/{site}/rates", RatesPage.AnswerAsync);
        pages.MapGet("/sites/{site}/rates.csv", RatesPage.CsvAsync);
        pages.MapGet("/sites/{site}/rates.json", RatesPage.JsonAsync);
        pages.MapGet("/access", AccessPage.AnswerAsync);
        pages.MapGet("/access.csv", AccessPage.CsvAsync);
        pages.MapGet("/access.json", AccessPage.JsonAsync);
        // Whoever loads the address of an answer to a form again comes to the forms.
        pages.MapGet("/timeline", () => TypedResults.Redirect(Root));
        pages.MapGet("/in-force", () => TypedResults.Redirect(Root));
        pages.MapGet("/{**rest}", (HttpContext http) => ProblemPage.Of(Visit.Of(http), StatusCodes.Status404NotFound, "not-found"));
    }
}
