using System.IO.Pipelines;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using SmtpServer;
using SmtpServer.IO;
using SmtpServer.Net;

namespace Consent.MailGate;

/// <summary>
/// At most so many sessions at a time: further ones wait, and are taken up when others end. Who has not signed in may send commands and no more; the
/// library itself would gather as much as a whole mail from anybody, in memory.
/// </summary>
internal sealed class LimitSessions(int most) : EndpointListenerFactory, IDisposable
{
    /// <summary>Bytes at once before the sign-in; a command line has 512, and one with a credential 12,288 (RFC 5321, 4.5.3.1.4; RFC 4954, 4).</summary>
    internal const int MostBeforeSignIn = 64 * 1024;
    private readonly SemaphoreSlim _places = new(most);

    public override IEndpointListener CreateListener(IEndpointDefinition endpointDefinition) => new Listener(base.CreateListener(endpointDefinition), _places);

    public void Dispose() => _places.Dispose();

    private sealed class Listener(IEndpointListener inner, SemaphoreSlim places) : IEndpointListener
    {
        public async Task<ISecurableDuplexPipe> GetPipeAsync(ISessionContext context, CancellationToken cancellationToken)
        {
            await places.WaitAsync(cancellationToken);
            try
            {
                return new Place(await inner.GetPipeAsync(context, cancellationToken), context, places);
            }
            catch
            {
                places.Release();
                throw;
            }
        }

        public void Dispose() => inner.Dispose();
    }

    private sealed class Place(ISecurableDuplexPipe inner, ISessionContext context, SemaphoreSlim places) : ISecurableDuplexPipe
    {
        private int _isLeft;

        public PipeReader Input => new CommandsBeforeSignIn(inner.Input, context);

        public PipeWriter Output => inner.Output;

        public bool IsSecure => inner.IsSecure;

        public SslProtocols SslProtocol => inner.SslProtocol;

        public Task UpgradeAsync(X509Certificate certificate, SslProtocols protocols, CancellationToken cancellationToken = default) =>
            inner.UpgradeAsync(certificate, protocols, cancellationToken);

        public void Dispose()
        {
            inner.Dispose();
            if (Interlocked.Exchange(ref _isLeft, 1) == 0) places.Release();
        }
    }

    private sealed class CommandsBeforeSignIn(PipeReader inner, ISessionContext context) : PipeReader
    {
        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => Checked(await inner.ReadAsync(cancellationToken));

        public override bool TryRead(out ReadResult result) => inner.TryRead(out result) && Checked(result).Buffer.Length >= 0;

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        private ReadResult Checked(ReadResult result) => result.Buffer.Length > MostBeforeSignIn && context.Authentication is not { IsAuthenticated: true }
            ? throw new InvalidDataException("More was sent before the sign-in than a command is long.")
            : result;
    }
}
