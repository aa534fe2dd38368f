using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Driftline.Hosting.Security;

/// <summary>What attributes cannot say of <see cref="SecurityOptions"/>.</summary>
internal sealed class SecurityValidator(IConfiguration configuration) : IValidateOptions<SecurityOptions>
{
    public ValidateOptionsResult Validate(string? name, SecurityOptions options)
    {
        var faults = new List<string>();
        if (options.Jwt.Authority is { Length: > 0 } authority)
        {
            if (!Uri.TryCreate(authority, UriKind.Absolute, out var url) || !(url.Scheme == "https" || (url.Scheme == "http" && url.IsLoopback)))
                faults.Add("Security:Jwt:Authority must be the https address of the token provider: over http its signing keys could be replaced on the way.");
            if (options.Jwt.Audience.Length == 0) faults.Add("Security:Jwt:Audience is missing: set it to what tokens for Driftline carry as 'aud', or a token for another service would do.");
        }

        faults.AddRange(options.CorsOrigins.Where(origin => !IsOrigin(origin)).Select(origin =>
            $"Security:CorsOrigins holds '{origin}': give scheme, host and port only, e.g. https://shop.example, each origin by itself."));
        if (!options.IsOn && !options.AllowAnonymous && Addresses().FirstOrDefault(address => !IsLoopback(address)) is { } open)
        {
            faults.Add($"This service listens on {open} and would answer everybody: set Security:KeysFile (`local -- key NAME --scope SCOPE --file FILE` makes one) or Security:Jwt:Authority, "
                + "or Security:AllowAnonymous = true where something else keeps strangers out.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private IEnumerable<string> Addresses()
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>().ToList();
        if (endpoints.Count > 0) return endpoints;
        string[] urls = Parts(configuration["Urls"]);
        return urls.Length > 0 ? urls : Parts($"{configuration["HTTP_PORTS"]};{configuration["HTTPS_PORTS"]}").Select(port => $"http://+:{port}"); // what the platform listens on then
    }

    private static string[] Parts(string? list) => (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool IsLoopback(string address)
    {
        var host = BindingAddress.Parse(address).Host.Trim('[', ']');
        return host == "localhost" || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.GetLeftPart(UriPartial.Authority) == text;
}
