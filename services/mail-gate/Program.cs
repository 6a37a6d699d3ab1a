using Consent.MailGate;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;

var builder = WebApplication.CreateBuilder(ReadOnce.Settings(args));
if (args is [MakeCredential.Word, var site, var stream, ..]) return MakeCredential.Run(builder.Configuration, site, stream, Console.Out);
builder.AddServiceDefaults(MailGateSetup.Service);
builder.AddMailGate();
builder.AddMessaging();
var app = builder.Build();
app.UseServiceDefaults();
app.MapMailGate();
app.Run();
return 0;
