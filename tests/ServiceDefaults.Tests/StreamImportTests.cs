using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Consent.ServiceDefaults.Tests;

public sealed class StreamImportTests : IAsyncLifetime
{
    private readonly RunningApp _app = new(map: app => app.MapPost("/import", (Delegate)ImportAsync));

    public async ValueTask InitializeAsync() => await _app.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task BehindTooManyRefusedRows_NoneIsRecorded_AndTheSumsSayHowFarTheyWereRead()
    {
        var told = await SendAsync(["good", "", .. Enumerable.Repeat("bad", 12_000), "good"]);

        Assert.Equal("""{"summary":{"rows":10240,"recorded":1,"known":0,"refused":10239,"readUpTo":10241}}""", told[^1]);
        Assert.Equal(["""{"line":3,"reason":"Leave it out."}""", """{"line":10241,"reason":"Leave it out."}"""], [told[0], told[^2]]);
        Assert.Equal(10_240, told.Length);
    }

    [Fact]
    public async Task AsManyRefusedRows_WithNoneBehindThem_AreAllThereIs()
    {
        var told = await SendAsync([.. Enumerable.Repeat("bad", 10_000), "", ""]);
        Assert.Equal("""{"summary":{"rows":10000,"recorded":0,"known":0,"refused":10000}}""", told[^1]);
    }

    [Fact]
    public async Task WhereNoMoreCanBeRecorded_TheAnswerDoesNotSayThatNothingWas()
    {
        using var rows = new StringContent(string.Join('\n', Enumerable.Repeat("good", 300).Append("gone")));
        using var answer = await _app.Http.PostAsync("/import", rows);
        var problem = await ProblemOf.IsAsync(answer, 503, "import-broken-off");
        Assert.Contains("Send the same rows again", (string)problem["detail"]!, StringComparison.Ordinal);
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    private static Task<IResult> ImportAsync(HttpContext http) => StreamImport.RunAsync<string>(
        http, StreamImport.LinesOf(http, 100), line => (line, line == "bad" ? "Leave it out." : null), line => line,
        line => line == "gone" ? throw new NotNow() : Task.FromResult<string?>(null));

    /// <returns>The lines of the answer.</returns>
    private async Task<string[]> SendAsync(string[] lines)
    {
        using var rows = new StringContent(string.Join('\n', lines));
        using var answer = await _app.Http.PostAsync("/import", rows);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        Assert.Equal(StreamImport.Lines, answer.Content.Headers.ContentType?.MediaType);
        return text.Split('\n')[..^1];
    }

    private sealed class NotNow : Exception, IUnavailable;
}
