using Consent.Newsletter;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;

var builder = WebApplication.CreateBuilder(ReadOnce.Settings(args));
builder.AddServiceDefaults(NewsletterSetup.Service);
builder.AddNewsletter();
if (Migrate.IsAsked(args)) return Migrate.Run(builder, Console.Out, Console.Error);
builder.AddMessaging();

var app = builder.Build();
app.UseServiceDefaults();
app.MapNewsletter();
app.Run();
return 0;
