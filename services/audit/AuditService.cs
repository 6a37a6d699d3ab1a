namespace Consent.Audit;

public static class AuditService
{
    public const string Name = "audit";
}
