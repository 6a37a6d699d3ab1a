using System.Security.Cryptography;
using Consent.ServiceDefaults;
using Microsoft.Extensions.Configuration;

namespace Consent.Storage;

/// <summary>Where a log lies: its data in one folder, and in another its secret, the keys of its streams and its mark.</summary>
/// <param name="Data">The database; its write-ahead log lies beside it.</param>
/// <param name="Keys">A folder that is backed up apart, or not at all.</param>
public sealed record LogFiles(string Data, string Keys)
{
    internal string Mark => Path.Combine(Keys, "log.mark");

    public static LogFiles Of(IConfiguration configuration, string service) => new(
        ServiceData.FileOf(configuration, service, "log.db"), Path.GetDirectoryName(ServiceData.KeyFileOf(configuration, service, "log.secret"))!);

    internal LogSecret OpenSecret()
    {
        Directory.CreateDirectory(Keys);
        var file = Path.Combine(Keys, "log.secret");
        if (!File.Exists(file))
        {
            if (File.Exists(Data)) throw new IOException($"The log's secret is missing: put {Path.GetFileName(file)} back into the folder of its keys.");
            SecretFile.CreateOnce(file, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        }

        return new LogSecret(Convert.FromBase64String(File.ReadAllText(file).Trim()));
    }

    /// <param name="wrapper">Who keeps the key that wraps the keys of controllers; null for a file in <see cref="Keys"/>.</param>
    internal ControllerKeys OpenControllers(IKeyWrapper? wrapper) => ControllerKeys.Open(ControllersIn(Keys), wrapper ?? new FileKeyWrapper(Keys));

    /// <summary>Throws <see cref="IOException"/> when the keys are not there and the log is: made anew, they would let everybody look erased.</summary>
    internal ISubjectKeys OpenKeys(IKeyWrapper? wrapper)
    {
        var file = Path.Combine(Keys, "subject.keys");
        if (!File.Exists(file) && File.Exists(Data)) throw new IOException("subject.keys is missing: put the folder of keys back, whole, from its newest copy.");
        return SubjectKeyFile.Open(file, OpenControllers(wrapper));
    }

    /// <summary>How many slots of keys there are, without opening one. Throws <see cref="IOException"/> when they are not there.</summary>
    internal long CountSlots()
    {
        var file = new FileInfo(Path.Combine(Keys, "subject.keys"));
        return file.Exists ? file.Length / ControllerKey.Bytes : throw new IOException("subject.keys is missing: put the folder of keys back, whole, from its newest copy.");
    }

    internal static IOException KeysAreOlder() =>
        new("The keys of persons are older than the log, and lack some that it names: put their newest copy back. Without them living persons would look erased.");

    internal static string ControllersIn(string keys) => Path.Combine(keys, "controllers");
}
