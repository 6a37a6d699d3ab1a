using Consent.Newsletter;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;

var builder = WebApplication.CreateBuilder(ReadOnce.Settings(args));
builder.AddServiceDefaults(NewsletterSetup.Service);
builder.AddNewsletter();
builder.AddMessaging();

var app = builder.Build();
app.UseServiceDefaults();
app.MapNewsletter();
app.Run();
