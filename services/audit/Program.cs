using Consent.Audit;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(AuditService.Name);
builder.AddAudit();
builder.AddMessaging();

var app = builder.Build();
app.UseServiceDefaults();
app.MapAudit();
app.Run();
