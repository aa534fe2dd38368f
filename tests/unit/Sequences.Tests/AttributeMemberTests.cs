using FsCheck.Xunit;
using Xunit;

namespace Driftline.Sequences.Tests;

public sealed class AttributeMemberTests
{
    [Theory]
    [InlineData("ageBand", "25-34")]
    [InlineData("é\0:", "")]
    [InlineData("", "日本")]
    public void WhatIsPackedIsUnpacked(string name, string value)
    {
        var attribute = new AttributeValue(name, value, 1_767_225_600_000);
        Assert.Equal(attribute, AttributeMember.Unpack(AttributeMember.Pack(attribute), attribute.EventTime));
    }

    [Fact]
    public void NameAndValueCannotBeMistakenForAnother() =>
        Assert.NotEqual(AttributeMember.Pack(new AttributeValue("ab", "c", 0)), AttributeMember.Pack(new AttributeValue("a", "bc", 0)));

    [Property]
    public bool AnyOtherBytesAreRefusedOrRead(byte[]? member)
    {
        try
        {
            _ = AttributeMember.Unpack(member, 0);
            return true;
        }
        catch (FormatException)
        {
            return true;
        }
    }

    [Fact]
    public void AMemberThatIsCutShortIsRefused()
    {
        Assert.Throws<FormatException>(() => AttributeMember.Unpack([0], 0));
        Assert.Throws<FormatException>(() => AttributeMember.Unpack([0, 3, (byte)'a', (byte)'b'], 0));
    }

    [Fact]
    public void ANameThatDoesNotFitIsRefused() =>
        Assert.Throws<ArgumentException>(() => AttributeMember.Pack(new AttributeValue(new string('a', 70_000), "", 0)));
}
