using System.Diagnostics;

namespace Consent.Tests.Support;

/// <summary>
/// Debian's PostgreSQL in a private folder on a free port of the loopback, with fsync on; each test takes databases of its own. Runs
/// as the user postgres, because the server refuses root.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Loopback = "127.0.0.1";
    private readonly string _folder = Directory.CreateTempSubdirectory("consent-postgres-").FullName;
    private int _databases;

    private PostgresServer(string address, int port) => (Address, Port) = (address, port);

    public string Address { get; }

    public int Port { get; }

    public string Data => Path.Combine(_folder, "data");

    public static Task<PostgresServer> StartAsync() => StartAsync(Loopback, FreePorts.Take(1)[0]);

    /// <summary>On an address of this machine that others reach too; they need a password, see <see cref="CreateOwnerAsync"/>, and this machine needs none.</summary>
    public static async Task<PostgresServer> StartAsync(string address, int port)
    {
        var server = new PostgresServer(address, port);
        await RunAsync("chown", "postgres", server._folder);
        await AsPostgresAsync("initdb", "-D", server.Data, "--auth=trust", "--encoding=UTF8", "--locale=C", "-U", "postgres");
        if (address != Loopback)
            await File.AppendAllTextAsync(Path.Combine(server.Data, "pg_hba.conf"), "host all postgres samehost trust\nhost all all samenet scram-sha-256\n");
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>After a stop, or a death.</summary>
    public Task StartAgainAsync() => AsPostgresAsync(
        "pg_ctl", "-D", Data, "-w", "-t", "180", "-l", Path.Combine(_folder, "log"),
        "-o", $"-p {Port} -c listen_addresses={Address} -c unix_socket_directories={_folder} -c max_connections={(Address == Loopback ? 300 : 500)} -c fsync=on -c max_prepared_transactions=5", "start");

    /// <summary>As if the machine lost its power: nothing is flushed, all connections break.</summary>
    public Task DieAsync() => AsPostgresAsync("pg_ctl", "-D", Data, "-w", "-m", "immediate", "stop");

    /// <summary>SIGKILL to the server and to every process of it; nothing is flushed. See <see cref="StartAgainAsync"/>.</summary>
    public async Task Kill9Async()
    {
        var postmaster = (await File.ReadAllLinesAsync(Path.Combine(Data, "postmaster.pid")))[0].Trim();
        // Stopped first, so that it makes no more: a child of the last moment would outlive it, keep the shared memory, and wait for a lock that a killed one held; the next start would be refused.
        await RunAsync(
            "bash", "-c",
            $"kill -STOP {postmaster}; children=$(ps -o pid= --ppid {postmaster}); kill -9 $children {postmaster} 2> /dev/null; while kill -0 {postmaster} $children 2> /dev/null; do sleep 0.05; done");
    }

    public string Connection(string database) => $"Host={Address};Port={Port};Username=postgres;Database={database}";

    /// <summary>A new, empty database; its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await AsPostgresAsync("psql", "-h", Address, "-p", $"{Port}", "-q", "-c", $"CREATE DATABASE {name}");
        return Connection(name);
    }

    /// <summary>A user with a password, whose the new databases are.</summary>
    public async Task CreateOwnerAsync(string user, string password, params string[] databases)
    {
        await AsPostgresAsync("psql", "-h", Address, "-p", $"{Port}", "-q", "-c", $"CREATE ROLE {user} LOGIN PASSWORD '{password}'");
        foreach (var name in databases) await AsPostgresAsync("createdb", "-h", Address, "-p", $"{Port}", "-O", user, name);
    }

    /// <summary>Dumps a database as an operator does, while it is written; the file.</summary>
    public async Task<string> DumpAsync(string connection)
    {
        var file = Path.Combine(_folder, $"{Contracts.RandomId.New()}.dump");
        await AsPostgresAsync("pg_dump", "-h", Address, "-p", $"{Port}", "-Fc", "-f", file, NameIn(connection));
        return file;
    }

    /// <summary>Puts a dump in the place of the database.</summary>
    public async Task RestoreAsync(string connection, string dump)
    {
        string[] at = ["-h", Address, "-p", $"{Port}"];
        await AsPostgresAsync("dropdb", [.. at, "--force", NameIn(connection)]);
        await AsPostgresAsync("createdb", [.. at, NameIn(connection)]);
        await AsPostgresAsync("pg_restore", [.. at, "--exit-on-error", "-d", NameIn(connection), dump]);
    }

    /// <summary>Runs a program of PostgreSQL's as its user; what it wrote.</summary>
    public static async Task<string> AsPostgresAsync(string program, params string[] arguments) =>
        await RunAsync("runuser", ["-u", "postgres", "--", Path.Combine("/usr/lib/postgresql/15/bin", program), .. arguments]);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await AsPostgresAsync("pg_ctl", "-D", Data, "-w", "-m", "immediate", "stop");
        }
        catch (InvalidOperationException)
        {
            // It was stopped already.
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static string NameIn(string connection) => connection[(connection.LastIndexOf('=') + 1)..];

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        // The server that pg_ctl leaves behind would hold a pipe open for ever.
        var output = Path.GetTempFileName();
        var line = string.Join(' ', arguments.Prepend(program).Select(a => $"'{a.Replace("'", "'\\''", StringComparison.Ordinal)}'"));
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", $"cd /tmp && {line} > {output} 2>&1 < /dev/null"]) { UseShellExecute = false })!;
        await process.WaitForExitAsync();
        var text = await File.ReadAllTextAsync(output);
        File.Delete(output);
        return process.ExitCode == 0 ? text : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {text}");
    }
}
