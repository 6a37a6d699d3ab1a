using Consent.Audit;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;

var builder = WebApplication.CreateBuilder(ReadOnce.Settings(args));
builder.AddServiceDefaults(AuditSetup.Service);
builder.AddAudit();
builder.AddMessaging();

var app = builder.Build();
app.UseServiceDefaults();
app.MapAudit();
app.Run();
