namespace Consent.MailGate;

/// <summary>
/// <c>dotnet Consent.MailGate.dll credential SITE STREAM</c>, with the setting <c>Data</c> of the gate: prints what the mailer signs in with, and what
/// stands for it in the gate's settings. The password is kept nowhere.
/// </summary>
internal static class MakeCredential
{
    public const string Word = "credential";

    /// <returns>The exit code: 0 done, 2 not understood.</returns>
    public static int Run(IConfiguration settings, string site, string stream, TextWriter to)
    {
        if (SendingStream.UserOf(site, stream) is not { } user)
        {
            to.WriteLine("Name a site and one of its sending streams by their ids in the declaration.");
            return 2;
        }

        var (password, stored) = StreamCredentials.Make(settings, user);
        to.WriteLine($"""
            For the mailer:
              user      {user}
              password  {password}
            For the gate, with the next number that is free in place of 0:
              MailGate__Streams__0__Site={site}
              MailGate__Streams__0__Stream={stream}
              MailGate__Streams__0__Password={stored}
            """);
        return 0;
    }
}
