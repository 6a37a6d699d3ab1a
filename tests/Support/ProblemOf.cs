using System.Text.Json.Nodes;

namespace Consent.Tests.Support;

/// <summary>Checks an answer to be a refusal as RFC 9457 and the house want it.</summary>
public static class ProblemOf
{
    public static async Task<JsonObject> IsAsync(HttpResponseMessage answer, int status, string slug)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var text = await answer.Content.ReadAsStringAsync();
        if ((int)answer.StatusCode != status) throw new InvalidOperationException($"Expected {status}, found {(int)answer.StatusCode}: {text}");
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json")
            throw new InvalidOperationException($"Expected problem details, found {answer.Content.Headers.ContentType}: {text}");
        var problem = JsonNode.Parse(text)!.AsObject();
        if ((string?)problem["type"] != $"urn:consent:problem:{slug}") throw new InvalidOperationException($"Expected type {slug}, found: {text}");
        if (string.IsNullOrWhiteSpace((string?)problem["title"]) || string.IsNullOrWhiteSpace((string?)problem["detail"]))
            throw new InvalidOperationException($"It does not say what to do: {text}");
        if (text.Contains("   at ", StringComparison.Ordinal) || text.Contains("Exception", StringComparison.Ordinal))
            throw new InvalidOperationException($"It tells something internal: {text}");
        return problem;
    }
}
