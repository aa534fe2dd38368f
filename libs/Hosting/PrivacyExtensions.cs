using System.Buffers.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Driftline.Hosting;

public static class PrivacyExtensions
{
    private const int ShortestKey = 16;

    /// <summary>The section <c>Privacy</c> and <see cref="Pseudonyms"/>, for services with an HTTP edge of their own; those with Redis have them by <c>AddRedis</c>.</summary>
    public static IServiceCollection AddPrivacy(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<PrivacyOptions>().BindConfiguration(PrivacyOptions.Section).ValidateDataAnnotations()
            .Validate(options => !options.Pseudonymise || options.HashKey.Length > 0, "Privacy:Pseudonymise needs Privacy:HashKey, the same in every service: make one with `openssl rand -base64 32`.")
            .Validate(options => options.HashKey.Length == 0 || !Base64.IsValid(options.HashKey, out var bytes) || bytes >= ShortestKey,
                $"Privacy:HashKey must hold {ShortestKey} bytes or more, for a shorter key can be guessed: make one with `openssl rand -base64 32`.");
        services.TryAddSingleton<Pseudonyms>();
        return services;
    }
}
