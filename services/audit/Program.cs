using Consent.Audit;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;

var builder = WebApplication.CreateBuilder(ReadOnce.Settings(args));
builder.AddServiceDefaults(AuditSetup.Service);
builder.AddAudit();
if (Migrate.IsAsked(args)) return Migrate.Run(builder, Console.Out, Console.Error);
builder.AddMessaging();

var app = builder.Build();
app.UseServiceDefaults();
app.MapAudit();
app.Run();
return 0;
