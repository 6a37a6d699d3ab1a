using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Consent.ConsentService.Tests")]
[assembly: InternalsVisibleTo("Consent.Benchmarks")]
