namespace Consent.Subscriber.Tests;

/// <summary>What a subscriber promises, it promises whichever engine holds what it knows.</summary>
public sealed class LoadSnapshotInFilesTests() : LoadSnapshotTests(TestData.InFiles());

[Collection(OnPostgres.Name)]
public sealed class LoadSnapshotOnPostgresTests(OnePostgres postgres) : LoadSnapshotTests(TestData.On(postgres));

public sealed class AwaitedSiteInFilesTests() : AwaitedSiteTests(TestData.InFiles());

[Collection(OnPostgres.Name)]
public sealed class AwaitedSiteOnPostgresTests(OnePostgres postgres) : AwaitedSiteTests(TestData.On(postgres));

public sealed class SubscriberStateInFilesTests() : SubscriberStateTests(TestData.InFiles());

[Collection(OnPostgres.Name)]
public sealed class SubscriberStateOnPostgresTests(OnePostgres postgres) : SubscriberStateTests(TestData.On(postgres));

public sealed class HearConsentChangedInFilesTests() : HearConsentChangedTests(TestData.InFiles());

[Collection(OnPostgres.Name)]
public sealed class HearConsentChangedOnPostgresTests(OnePostgres postgres) : HearConsentChangedTests(TestData.On(postgres));

public sealed class CompareStateInFilesTests() : CompareStateTests(TestData.InFiles());

[Collection(OnPostgres.Name)]
public sealed class CompareStateOnPostgresTests(OnePostgres postgres) : CompareStateTests(TestData.On(postgres));

public sealed class FollowReceiptsInFilesTests() : FollowReceiptsTests(TestData.InFiles());

[Collection(OnPostgres.Name)]
public sealed class FollowReceiptsOnPostgresTests(OnePostgres postgres) : FollowReceiptsTests(TestData.On(postgres));

[Collection(OnPostgres.Name)]
public sealed class ErasedSubjectOnPostgresTests(OnePostgres postgres) : ErasedSubjectTests(TestData.On(postgres));
