namespace Driftline.Training;

/// <summary>How silos train together.</summary>
/// <param name="Silos">K: holders of data, none of which shows its events to anyone.</param>
/// <param name="Rounds">R: exchanges of weights.</param>
/// <param name="LocalEpochs">E: epochs over its own data that a silo trains in a round.</param>
/// <param name="Clip">C: largest L2 norm of a silo's update over all parameters; infinite for none.</param>
/// <param name="Noise">Noise multiplier: the sum of the updates gets Gaussian noise of deviation Noise * C in every coordinate.</param>
/// <param name="Delta">The delta of (epsilon, delta).</param>
/// <param name="Participation">q: chance of a silo to take part in a round, each by a coin of its own.</param>
public sealed record FederatedSettings(
    int Silos, int Rounds, int LocalEpochs, double Clip = double.PositiveInfinity, double Noise = 0, double Delta = 1e-3, double Participation = 1)
{
    /// <summary>The epsilon that all rounds spend: of one silo's whole data. Infinite without noise.</summary>
    public double Epsilon => PrivacyAccountant.Epsilon(Participation, Noise, Rounds, Delta);

    /// <summary>Rounds of central training that meet the data as often as all rounds do on average.</summary>
    public int CentralRounds => Math.Max(1, (int)Math.Round(Rounds * Participation));

    /// <exception cref="InputException">An option is out of range; the message names it.</exception>
    public void Check()
    {
        void Must(bool holds, string option, string what)
        {
            if (!holds) throw new InputException($"{option} must be {what}.");
        }

        Must(Silos >= 1, "--silos", "1 or more");
        Must(Rounds >= 1, "--rounds", "1 or more");
        Must(LocalEpochs >= 1, "--local-epochs", "1 or more");
        Must(Clip > 0, "--clip", "more than 0");
        Must(Noise >= 0 && double.IsFinite(Noise), "--noise", "0 or more");
        Must(Noise == 0 || double.IsFinite(Clip), "--noise", "0 without a --clip: noise hides no more than the largest update");
        Must(Delta is > 0 and < 1, "--delta", "more than 0 and less than 1");
        Must(Noise == 0 || Delta < 1.0 / Silos, "--delta", $"less than 1/{Silos}: with delta at one over the silos or more, publishing one silo's data whole would pass for private");
        Must(Participation is > 0 and <= 1, "--participation", "more than 0 and at most 1");
    }
}
