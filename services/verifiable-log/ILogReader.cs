namespace Consent.VerifiableLog;

/// <summary>Where the resources of a log come from: a folder, a web server, a copy.</summary>
public interface ILogReader
{
    /// <summary>A resource, whole; null when there is none. What is given back must not be changed afterwards.</summary>
    /// <param name="path">Below the log's prefix: <c>checkpoint</c>, or that of a <see cref="TileAddress"/>.</param>
    ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string path, CancellationToken cancel);
}
