using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Consent.Connectors.Tests;

/// <summary>
/// Stands in for a mailing system, on the loopback: written from what its maker publishes of its API, and no further than connectors use it. It has a list for
/// each of the topics <c>news</c> and <c>offers</c>.
/// </summary>
internal abstract class StandIn : IAsyncDisposable
{
    protected const string User = "consent-user";
    protected const string Secret = "secret-of-the-account-us19";
    protected const string News = "news";
    protected const string Offers = "offers";

    /// <summary>When a test begins that moves its clock.</summary>
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    private readonly Lock _gate = new();
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly ConcurrentQueue<string> _ofAllMail = new();
    private readonly WebApplication _app;

    protected StandIn()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    /// <summary>By which it dates what happens: the test's clock.</summary>
    public Func<DateTimeOffset> Now { get; set; } = () => Start;

    /// <summary>Where that clock stood before it was moved last: a request may have been under way then.</summary>
    public Func<DateTimeOffset> Before { get; set; } = () => Start;

    /// <summary>Answers in its place, where it says true.</summary>
    public Func<HttpContext, bool> Fault { get; set; } = _ => false;

    /// <summary>Contacts on a page, at most.</summary>
    public virtual int OnePage => 3;

    /// <summary>Why marketing says no to who was stopped there as a whole.</summary>
    public virtual string StoppedHere => "suppressed";

    public string Url => _app.Urls.Single();

    /// <summary>Method and address of each request.</summary>
    public IReadOnlyList<string> Asked => [.. _asked];

    public int Writes => Asked.Count(IsWrite);

    /// <summary>Writes to what holds back invoices and lost passwords, too: each is refused, and fails the test at its end.</summary>
    public IReadOnlyList<string> OfAllMail => [.. _ofAllMail];

    /// <summary>One such write.</summary>
    public abstract (HttpMethod Method, string Path, JsonObject Body) BlockOfAllMail { get; }

    /// <summary>With a list for each topic, as it is made by an operator.</summary>
    public abstract JsonObject Connector(string site);

    public void Add(string address, bool news = true, bool offers = true)
    {
        lock (_gate) AddContact(address, news, offers);
    }

    /// <summary>The person opts out there of one topic; of everything, where it knows no less.</summary>
    public void OptOut(string address, string topic)
    {
        lock (_gate) Leave(address, topic);
    }

    /// <summary>The contact is stopped there as a whole.</summary>
    public void Stop(string address)
    {
        lock (_gate) StopContact(address);
    }

    /// <summary>Whether it would be sent.</summary>
    public bool IsOn(string address, string topic)
    {
        lock (_gate) return IsSent(address, topic);
    }

    public static async Task<T> StartAsync<T>(T standIn) where T : StandIn
    {
        await standIn._app.StartAsync();
        return standIn;
    }

    public static Func<HttpContext, bool> Always(int status, string? retryAfter = null) => http =>
    {
        http.Response.StatusCode = status;
        if (retryAfter is not null) http.Response.Headers.RetryAfter = retryAfter;
        return true;
    };

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Assert.Empty(_ofAllMail);
    }

    /// <summary>Changes what only this one knows.</summary>
    protected void Change(Action change)
    {
        lock (_gate) change();
    }

    protected abstract void AddContact(string address, bool news, bool offers);

    protected abstract void Leave(string address, string topic);

    protected abstract void StopContact(string address);

    protected abstract bool IsSent(string address, string topic);

    /// <summary>Whether it is among the writes by which marketing alone ends or begins.</summary>
    protected abstract bool IsOfMarketing(HttpRequest request, JsonNode body);

    /// <summary>401 or 403 without the account's secret.</summary>
    protected abstract bool IsAllowed(HttpRequest request, string body);

    protected abstract (int Status, JsonNode? Json) Answer(HttpRequest request, JsonNode body);

    protected virtual bool IsWrite(string asked) => !asked.StartsWith("GET ", StringComparison.Ordinal);

    protected static bool IsBasic(HttpRequest request, string user) =>
        request.Headers.Authorization == $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{Secret}"))}";

    protected static JsonArray Array(IEnumerable<JsonNode> items) => new([.. items]);

    protected static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'");

    private async Task HandleAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var text = await reader.ReadToEndAsync();
        var (asked, body) = ($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}", text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!);
        _asked.Enqueue(asked);
        if (http.Request.Method != "GET" && !IsOfMarketing(http.Request, body))
        {
            _ofAllMail.Enqueue(asked);
            http.Response.StatusCode = 400;
            return;
        }

        if (Fault(http)) return;
        (int Status, JsonNode? Json) answer = (403, new JsonObject { ["message"] = "forbidden" });
        lock (_gate)
        {
            if (IsAllowed(http.Request, text)) answer = Answer(http.Request, body);
        }
        http.Response.StatusCode = answer.Status;
        if (answer.Json is null) return;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(answer.Json.ToJsonString());
    }
}
