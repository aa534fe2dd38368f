using System.ComponentModel.DataAnnotations;
using System.Reflection;
using FsCheck.Fluent;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Driftline.Deploy.Tests;

/// <summary>Whatever a setting holds: it is taken, or refused by a message that names its key. Every options class of every service, each of its settings.</summary>
public sealed class OptionsFuzzTests
{
    private static readonly string[] Values =
    [
        "", " ", "0", "-1", "1", "2147483647", "2147483648", "1e999", "NaN", "true", "yes", "00:00:00", "-00:00:01", "00:00:00.0001", "7.00:00:00", "10675199.02:48:05", "99999999.00:00:00", "7 days", "http://x", "ftp://x",
        "not a url", "c2VjcmV0", "!!", "localhost:9092", "😀", "\0", "../../etc/passwd", "{}", "null",
    ];

    public static TheoryData<string> AllServices => [.. Services.Names];

    [Theory]
    [MemberData(nameof(AllServices))]
    public void AnySettingIsTakenOrRefusedByName(string service)
    {
        var settings = Services.SectionsOf(service).SelectMany(section => Settings(section.Value).Select(name => (Section: section.Key, Name: name, Type: section.Value))).ToArray();
        Assert.NotEmpty(settings);
        Fuzzing.Run(
            from setting in Gen.Elements(settings) from value in Gen.OneOf(Gen.Elements(Values), Mutations.Of(Values)) select (setting, value),
            one => Holds(one.setting.Section, one.setting.Name, one.setting.Type, one.value));
    }

    private static void Holds(string section, string name, Type type, string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new($"{section}:{name}", value)]).Build();
        var options = Activator.CreateInstance(type, nonPublic: true)!;
        try
        {
            configuration.GetSection(section).Bind(options);
        }
        catch (InvalidOperationException e)
        {
            Assert.Contains($"{section}:{name}", e.Message, StringComparison.Ordinal); // the binder's own words
            return;
        }

        // What is wrong beforehand (a required setting that is missing) is another setting's fault.
        var before = Faults(Activator.CreateInstance(type, nonPublic: true)!);
        var leaf = name.Split(':')[^1];
        Assert.All(Faults(options).Except(before), fault => Assert.Contains(leaf, fault, StringComparison.Ordinal));
    }

    private static List<string> Faults(object options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        return [.. results.Select(result => result.ErrorMessage!)];
    }

    private static IEnumerable<string> Settings(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance).SelectMany(property =>
        property.PropertyType.Namespace?.StartsWith(nameof(Driftline), StringComparison.Ordinal) == true ? Settings(property.PropertyType).Select(name => $"{property.Name}:{name}")
        : property.SetMethod is null ? [$"{property.Name}:key"]
        : property.PropertyType == typeof(string) || property.PropertyType.IsValueType || property.PropertyType == typeof(Uri) ? [property.Name]
        : [$"{property.Name}:0", $"{property.Name}:key"]);
}
