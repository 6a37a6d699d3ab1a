using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Consent.ServiceDefaults.Outgoing;

/// <summary>Looks up the addresses of a host; the system's resolver outside of tests.</summary>
public delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken cancel);

/// <summary>The name led to an address that may not be called; nothing was sent.</summary>
public sealed class RefusedTargetException() : IOException("The target's address may not be called.");

/// <summary>
/// Connects to an address that was checked, and to no other: the name is looked up once, every address that comes of it is checked, and
/// the socket is opened to the checked address itself. A name that answers otherwise the next time (DNS rebinding) gains nothing.
/// </summary>
/// <param name="allowed">Networks that may be called although <see cref="ForbiddenTargets"/> names them.</param>
public sealed class GuardedConnect(IReadOnlyList<IPNetwork> allowed, TimeSpan connectTimeout, ResolveHost resolve)
{
    private static readonly TimeSpan KeptIdle = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan KeptAtMost = TimeSpan.FromMinutes(2);

    /// <summary>A handler that reaches what may be called, and does nothing of its own accord.</summary>
    public SocketsHttpHandler Handler() => new()
    {
        ConnectTimeout = connectTimeout,
        ConnectCallback = async (context, cancel) => await ConnectAsync(context.DnsEndPoint, cancel),
        // A proxy would look the name up again, and reach what this process must not.
        UseProxy = false,
        // A certificate may name addresses of its issuer and of lists of what is revoked. They would be called past this guard, from within,
        // whatever they are: a server has to send its whole chain.
        SslOptions = new() { CertificateChainPolicy = new() { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck } },
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        // Who waits for whom inside is no business of who is called.
        ActivityHeadersPropagator = null,
        PooledConnectionIdleTimeout = KeptIdle,
        PooledConnectionLifetime = KeptAtMost,
        MaxResponseHeadersLength = 16,
        // What is left of an answer is not read to its end: the connection is closed instead.
        MaxResponseDrainSize = 0,
        ResponseDrainTimeout = TimeSpan.Zero,
    };

    private async Task<NetworkStream> ConnectAsync(DnsEndPoint target, CancellationToken cancel)
    {
        var addresses = await resolve(target.Host, cancel);
        // One that may not be called condemns the name: who mixes them is trying something.
        if (addresses.Length == 0 || addresses.Any(a => ForbiddenTargets.Contain(a, allowed))) throw new RefusedTargetException();
        for (var i = 0; ; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(addresses[i], target.Port), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (i < addresses.Length - 1)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}
