using System.CommandLine;
using Driftline.Hosting.Security;

namespace Driftline.Local;

/// <summary><c>key NAME --scope SCOPE --file FILE</c>: makes an API key, adds its hash to the file and prints the key, which is kept nowhere.</summary>
internal static class ApiKeyCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "Whose it is. A key of the same name stays: remove it from the file once its holder uses the new one." };
        var scopes = new Option<string[]>("--scope") { Description = $"What it may do: {string.Join(", ", Scopes.All)}. May be repeated.", Required = true };
        scopes.AcceptOnlyFromAmong([.. Scopes.All]);
        var limit = new Option<int?>("--requests-per-second") { Description = "Its own limit. Default: Security:RequestsPerSecond of the service." };
        limit.Validators.Add(result => { if (result.GetValueOrDefault<int?>() < 1) result.AddError("--requests-per-second must be at least 1."); });
        var file = new Option<FileInfo>("--file") { Description = "The file that Security:KeysFile names; made if it is not there. Running services read it again within seconds.", Required = true };
        var command = new Command("key", "Make an API key.") { name, scopes, limit, file };
        command.SetAction(parsed =>
        {
            Console.WriteLine(Add(parsed.GetRequiredValue(name), parsed.GetRequiredValue(scopes), parsed.GetValue(limit), parsed.GetRequiredValue(file).FullName));
            return 0;
        });
        return command;
    }

    /// <exception cref="InvalidDataException">The file is there and is none of API keys, or with this key it could not be read again.</exception>
    public static string Add(string name, IReadOnlyList<string> scopes, int? requestsPerSecond, string file)
    {
        var (secret, kept) = ApiKey.Create(name, scopes, requestsPerSecond);
        ApiKeyFile.Write(file, File.Exists(file) ? [.. ApiKeyFile.Read(file), kept] : [kept]);
        return secret;
    }
}
