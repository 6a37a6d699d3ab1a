using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Consent.ConsentService.Tests")]
