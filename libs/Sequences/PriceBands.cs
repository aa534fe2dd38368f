namespace Driftline.Sequences;

/// <summary>Half-octave price bands: each is the square root of two wider than the one before, whatever the currency.</summary>
public static class PriceBands
{
    private const int Unit = 32;

    /// <summary>The band of a unit price: 0 when unknown or not positive, else 1..63; a price of 1.00 is band 32.</summary>
    public static byte Of(double? price) =>
        price is not > 0 || double.IsInfinity(price.Value) ? (byte)0 : (byte)Math.Clamp(Unit + (int)Math.Floor(2 * Math.Log2(price.Value)), 1, 63);
}
