using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Driftline.Streaming;

/// <summary>Checks one loop's options; a message starts with the configuration key, for a process may have several loops.</summary>
internal sealed class ConsumerLoopOptionsValidator(string loop, string section) : IValidateOptions<ConsumerLoopOptions>
{
    public ValidateOptionsResult Validate(string? name, ConsumerLoopOptions options)
    {
        if (name != loop) return ValidateOptionsResult.Skip;
        var wrong = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), wrong, validateAllProperties: true);
        if (options.MaxBackoff < options.MinBackoff) wrong.Add(new ValidationResult("MaxBackoff must not be shorter than MinBackoff."));
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong.Select(result => $"{section}:{result.ErrorMessage}"));
    }
}
