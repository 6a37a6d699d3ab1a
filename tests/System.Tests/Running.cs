using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>A product in one of its two forms, running, with its telemetry caught; shared by the tests that do it no harm.</summary>
public abstract class Running(Product product) : IAsyncLifetime
{
    public Product Product => product;

    public OtlpReceiver Telemetry { get; private set; } = null!;

    /// <summary>Where its mails go.</summary>
    public MailSink Mail { get; } = new();

    /// <summary>Names of the processes in telemetry.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    public virtual async ValueTask InitializeAsync()
    {
        Telemetry = await OtlpReceiver.StartAsync();
        foreach (var (key, value) in Telemetry.Settings.Concat(Mail.Settings)) product.Settings[key] = value;
        await product.StartAsync();
    }

    /// <summary>Fails when a process is gone: whoever asked it was told no more than that it does not answer.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        var gone = product.Processes.Where(process => !process.IsRunning).Select(process => $"{process.Name} is gone:\n{process.LastLines()}").ToList();
        await product.DisposeAsync();
        await Telemetry.DisposeAsync();
        await Mail.DisposeAsync();
        GC.SuppressFinalize(this);
        Assert.True(gone.Count == 0, string.Join('\n', gone));
    }
}

public sealed class RunningAsMany() : Running(new ManyProcesses())
{
    public override IReadOnlyList<string> Names { get; } =
        ["consent", "cookie-banner", "marketing-unsubscribe", "audit", "newsletter", "analytics", "webhooks", "connectors", "gateway"];

    /// <summary>Mailing systems may stand on the loopback, and are asked all the time.</summary>
    public override ValueTask InitializeAsync()
    {
        Product.Settings["Connectors:AllowHttp"] = "true";
        Product.Settings["Connectors:AllowedNetworks"] = "127.0.0.1/32";
        Product.Settings["Connectors:PollEvery"] = "00:00:01";
        return base.InitializeAsync();
    }
}

/// <summary>As many processes with their logs in PostgreSQL, and two of the consent service.</summary>
public sealed class RunningOnPostgres() : Running(new ManyProcesses(consents: 2))
{
    public PostgresServer Server { get; private set; } = null!;

    /// <summary>Connection string of the data.</summary>
    public string Logs { get; private set; } = "";

    public override IReadOnlyList<string> Names { get; } =
        ["consent", "cookie-banner", "marketing-unsubscribe", "audit", "newsletter", "analytics", "webhooks", "connectors", "gateway"];

    public override async ValueTask InitializeAsync()
    {
        Server = await PostgresServer.StartAsync();
        Logs = await Server.CreateDatabaseAsync();
        Product.Settings["Storage:Engine"] = "postgres";
        Product.Settings["Storage:Postgres"] = Logs;
        Product.Settings["Storage:PostgresKeys"] = await Server.CreateDatabaseAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Server.DisposeAsync();
    }
}

public sealed class RunningAsOne() : Running(new OneProcess())
{
    public override IReadOnlyList<string> Names { get; } = ["services", "gateway"];
}

[CollectionDefinition(Name)]
public sealed class AsMany : ICollectionFixture<RunningAsMany>
{
    public const string Name = "as many processes";
}

[CollectionDefinition(Name)]
public sealed class OnPostgres : ICollectionFixture<RunningOnPostgres>
{
    public const string Name = "as many processes on PostgreSQL";
}

[CollectionDefinition(Name)]
public sealed class AsOne : ICollectionFixture<RunningAsOne>
{
    public const string Name = "as one process";
}
