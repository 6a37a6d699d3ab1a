using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Consent.ServiceDefaults.Tests")]
