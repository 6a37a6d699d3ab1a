namespace Consent.Storage;

/// <summary>Opens the embedded engine.</summary>
public static class SqliteRecordLog
{
    /// <summary>
    /// Opens or creates the log in the file. <paramref name="name"/> is the service's, for metrics. Throws
    /// <see cref="NewerSchemaException"/> on a file of a later version. Dispose of it to drain and close it.
    /// </summary>
    public static IRecordLog Open(string file, string name, TimeProvider time) => throw new NotSupportedException("On its way.");
}
