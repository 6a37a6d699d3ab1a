using System.Text.Json;

namespace Consent.Cli.Logs;

/// <summary>
/// How the commands about logs end when something is wrong: a sentence on standard error, with <c>--json</c> also <c>{"fault":…,"says":…}</c> as the answer, and the exit code.
/// </summary>
internal static class TellFault
{
    public static async Task<int> OrCodeAsync(bool json, Func<Task<int>> work, CancellationToken cancel)
    {
        try
        {
            return await work();
        }
        catch (LogFaultException e)
        {
            return await TellAsync(json, e.Fault, e.Message, ExitCode.Refused);
        }
        catch (InvalidDataException e)
        {
            return await TellAsync(json, "usage", e.Message, ExitCode.Usage);
        }
        catch (Exception e) when (e is RefusedException or FormatException or IOException or UnauthorizedAccessException)
        {
            return await TellAsync(json, "refused", e.Message, ExitCode.Refused);
        }
        catch (Exception e) when (GatewayClient.IsUnreachable(e, cancel))
        {
            return await TellAsync(json, "unreachable", $"The log could not be reached: {e.Message}", ExitCode.Unreachable);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return await TellAsync(json, "stopped", "It was stopped before its end: nothing is said of the rest.", ExitCode.Refused);
        }
    }

    private static async Task<int> TellAsync(bool json, string fault, string says, int code)
    {
        if (json) Console.WriteLine(JsonSerializer.Serialize(new { fault, says }, GatewayClient.Json));
        await Console.Error.WriteLineAsync(says);
        return code;
    }
}
