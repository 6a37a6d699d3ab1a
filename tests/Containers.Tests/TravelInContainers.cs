using Consent.System.Tests;

namespace Consent.Containers.Tests;

[Collection(OnSqlite.Name)]
public sealed class TravelInContainers(RunningOnSqlite running) : TravelTests(running);
