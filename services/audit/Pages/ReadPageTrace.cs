using Consent.Audit.Holds;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.Audit.Pages;

/// <summary>Reads a trace by what answers the API, with all that it refuses and notes.</summary>
internal sealed class ReadPageTrace(AuditLog log, RestrictedPersons restricted, AccessNotes looks)
{
    /// <summary>The trace, or the page that is to be answered instead.</summary>
    /// <param name="reason">Why it is asked; null where none was given.</param>
    public async Task<(Trace? Trace, AuditPage? Problem)> RunAsync(Visit visit, string id, string? reason = null)
    {
        if (!visit.SeesPersons) return (null, ProblemPage.OfRole(visit));
        var answer = await ReadTrace.TellAsync(id, reason, visit.User, log, restricted, looks, visit.Cancel);
        return answer is JsonHttpResult<Trace> { Value: { } trace } ? (trace, null) : (null, ProblemPage.OfReceipt(visit, id, answer, reason));
    }
}
