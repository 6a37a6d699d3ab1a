using Consent.Containers.Tests;
using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>A product in containers, running; shared by the tests that do it no harm. Takes the place of the one that runs as processes for <see cref="TravelTests"/>.</summary>
public abstract class Running(ContainerProduct product) : IAsyncLifetime
{
    public Product Product => product;

    public ContainerProduct Containers => product;

    public async ValueTask InitializeAsync()
    {
        try
        {
            await product.StartAsync();
        }
        catch
        {
            // Nobody disposes of what did not begin.
            await product.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await product.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
