using RabbitMQ.Client;

namespace Consent.ServiceDefaults.Messaging;

/// <summary>
/// The nodes of one broker, of which any will do: amqp URIs separated by commas, such as
/// <c>amqp://user:password@broker-1:5672/,amqp://user:password@broker-2:5672/</c>. They differ in host and port alone.
/// </summary>
public sealed record BrokerAddresses(IReadOnlyList<Uri> Nodes)
{
    /// <summary>A node that says nothing for twice as long is taken to be gone; the client's own 60 s would let deliveries wait for minutes.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    /// <summary>For a node that answers to nothing at all, before the next is tried.</summary>
    public static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(5);

    /// <summary>For the answer to a question that a node has taken.</summary>
    internal TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Throws <see cref="InvalidOperationException"/>, which says what to set, for anything else.</summary>
    public static BrokerAddresses Parse(string? setting)
    {
        var nodes = (setting ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(text => Uri.TryCreate(text, UriKind.Absolute, out var node) && node.Scheme is "amqp" or "amqps" ? node : null).ToList();
        if (nodes.Count == 0 || nodes.Contains(null))
            throw new InvalidOperationException("Set Messaging:RabbitMq to the broker's address, such as amqp://user:password@host:5672/; several nodes of one cluster are separated by commas.");
        return nodes.Select(n => (n!.Scheme, n.UserInfo, n.AbsolutePath)).Distinct().Count() == 1
            ? new BrokerAddresses([.. nodes.OfType<Uri>()])
            : throw new InvalidOperationException("Give every node in Messaging:RabbitMq the same scheme, user, password and virtual host: they are nodes of one cluster.");
    }

    /// <summary>Connects to whichever node answers; they are asked in random order. Nothing recovers by itself: whoever finds it broken connects anew.</summary>
    public Task<IConnection> ConnectAsync(string name, CancellationToken cancel)
    {
        var factory = new ConnectionFactory
        {
            Uri = Nodes[0],
            AutomaticRecoveryEnabled = false,
            ClientProvidedName = name,
            RequestedHeartbeat = Heartbeat,
            RequestedConnectionTimeout = ConnectWithin,
            ContinuationTimeout = AnswerWithin,
            SocketFactory = BrokerSocket.Create,
        };
        // A certificate is made out to its own node.
        return factory.CreateConnectionAsync(Nodes.Select(n => new AmqpTcpEndpoint(n, new SslOption(n.Host, enabled: n.Scheme == "amqps"))), name, cancel);
    }

    /// <summary>The address by MassTransit's spelling, without the password; the other nodes are named beside it.</summary>
    internal Uri MassTransitAddress =>
        new UriBuilder(Nodes[0]) { Scheme = Nodes[0].Scheme == "amqps" ? "rabbitmqs" : "rabbitmq", UserName = "", Password = "" }.Uri;

    /// <summary>Host and port of each node, when there is more than one.</summary>
    internal IReadOnlyList<string> Cluster => Nodes.Count == 1 ? [] : [.. Nodes.Select(n => $"{n.Host}:{(n.Port > 0 ? n.Port : AmqpTcpEndpoint.UseDefaultPort)}")];

    internal (string User, string Password) Credentials
    {
        get
        {
            var parts = Nodes[0].UserInfo.Split(':', 2);
            return (parts[0].Length > 0 ? Uri.UnescapeDataString(parts[0]) : "guest", parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "guest");
        }
    }
}
