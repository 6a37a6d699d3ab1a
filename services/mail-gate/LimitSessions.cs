using System.IO.Pipelines;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using SmtpServer;
using SmtpServer.IO;
using SmtpServer.Net;

namespace Consent.MailGate;

/// <summary>
/// At most so many sessions at a time: further ones wait, and are taken up when others end. Who has not signed in may send commands and no more, because the
/// library itself would gather as much as a whole mail from anybody, in memory; and keeps his place for so long, whether he is silent or talks.
/// </summary>
/// <param name="signInWithin">From the connection on.</param>
internal sealed class LimitSessions(int most, TimeSpan signInWithin) : EndpointListenerFactory, IDisposable
{
    /// <summary>Bytes at once before the sign-in; a command line has 512, and one with a credential 12,288 (RFC 5321, 4.5.3.1.4; RFC 4954, 4).</summary>
    internal const int MostBeforeSignIn = 64 * 1024;
    private readonly SemaphoreSlim _places = new(most);

    public override IEndpointListener CreateListener(IEndpointDefinition endpointDefinition) => new Listener(base.CreateListener(endpointDefinition), _places, signInWithin);

    public void Dispose() => _places.Dispose();

    private sealed class Listener(IEndpointListener inner, SemaphoreSlim places, TimeSpan signInWithin) : IEndpointListener
    {
        public async Task<ISecurableDuplexPipe> GetPipeAsync(ISessionContext context, CancellationToken cancellationToken)
        {
            await places.WaitAsync(cancellationToken);
            try
            {
                return new Place(await inner.GetPipeAsync(context, cancellationToken), context, places, signInWithin);
            }
            catch
            {
                places.Release();
                throw;
            }
        }

        public void Dispose() => inner.Dispose();
    }

    private sealed class Place(ISecurableDuplexPipe inner, ISessionContext context, SemaphoreSlim places, TimeSpan signInWithin) : ISecurableDuplexPipe
    {
        private readonly CancellationTokenSource _late = new(signInWithin);
        private int _isLeft;

        private CancellationToken Late => Volatile.Read(ref _isLeft) == 0 ? _late.Token : CancellationToken.None;

        public PipeReader Input => new CommandsBeforeSignIn(inner.Input, context, Late);

        public PipeWriter Output => inner.Output;

        public bool IsSecure => inner.IsSecure;

        public SslProtocols SslProtocol => inner.SslProtocol;

        public async Task UpgradeAsync(X509Certificate certificate, SslProtocols protocols, CancellationToken cancellationToken = default)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Late);
            await inner.UpgradeAsync(certificate, protocols, either.Token);
        }

        public void Dispose()
        {
            inner.Dispose();
            if (Interlocked.Exchange(ref _isLeft, 1) != 0) return;
            _late.Dispose();
            places.Release();
        }
    }

    private sealed class CommandsBeforeSignIn(PipeReader inner, ISessionContext context, CancellationToken late) : PipeReader
    {
        private bool IsSignedIn => context.Authentication is { IsAuthenticated: true };

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            if (IsSignedIn) return await inner.ReadAsync(cancellationToken);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late);
            try
            {
                return Checked(await inner.ReadAsync(either.Token));
            }
            catch (OperationCanceledException e) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException("Nobody signed in in time.", e);
            }
        }

        public override bool TryRead(out ReadResult result) => inner.TryRead(out result) && Checked(result).Buffer.Length >= 0;

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        private ReadResult Checked(ReadResult result) => result.Buffer.Length > MostBeforeSignIn && !IsSignedIn
            ? throw new InvalidDataException("More was sent before the sign-in than a command is long.")
            : result;
    }
}
