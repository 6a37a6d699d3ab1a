using Consent.Analytics;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;

var builder = WebApplication.CreateBuilder(ReadOnce.Settings(args));
builder.AddServiceDefaults(AnalyticsSetup.Service);
builder.AddAnalytics();
if (Migrate.IsAsked(args)) return Migrate.Run(builder, Console.Out, Console.Error);
builder.AddMessaging();

var app = builder.Build();
app.UseServiceDefaults();
app.MapAnalytics();
app.Run();
return 0;
