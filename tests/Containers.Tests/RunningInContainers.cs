using Consent.System.Tests;

namespace Consent.Containers.Tests;

public sealed class RunningOnSqlite() : Running(ContainerProduct.OnSqlite());

public sealed class RunningAsOnePod() : Running(ContainerProduct.OfOneProcess());

public sealed class RunningAsReplicas() : Running(ContainerProduct.OfReplicas());

[CollectionDefinition(Name)]
public sealed class OnSqlite : ICollectionFixture<RunningOnSqlite>
{
    public const string Name = "containers on SQLite";
}

[CollectionDefinition(Name)]
public sealed class AsOnePod : ICollectionFixture<RunningAsOnePod>
{
    public const string Name = "one container of everything";
}

[CollectionDefinition(Name)]
public sealed class AsReplicas : ICollectionFixture<RunningAsReplicas>
{
    public const string Name = "containers in replicas on PostgreSQL";
}
