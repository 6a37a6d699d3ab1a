using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Consent.Tests.Support;

/// <summary>
/// Ports of the loopback that nobody listens on at this moment. Taken below the range from which the system gives ports to
/// outgoing connections, or one of those could take it in between; never the same twice in one process. <c>CONSENT_TEST_PORTS</c>, where suites run side by side, says from where each
/// takes its own.
/// </summary>
public static class FreePorts
{
    private static readonly Lock One = new();
    private static int _next = int.Parse(Environment.GetEnvironmentVariable("CONSENT_TEST_PORTS") ?? "10000", CultureInfo.InvariantCulture) + (Environment.ProcessId * 37 % 7_000);

    public static int[] Take(int count)
    {
        lock (One)
        {
            var taken = new List<int>();
            while (taken.Count < count)
            {
                _next = _next >= 30_000 ? 10_000 : _next + 1;
                if (IsFree(_next)) taken.Add(_next);
            }
            return [.. taken];
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var v4 = new TcpListener(IPAddress.Loopback, port);
            v4.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
