// What is asked for anew before the answer is there: a slow answer must not replace a later one's.

const AGAIN_MS = 3000;

export function latest() {
  let [asked, shown, subject] = [0, 0, null];

  /**
   * Shows the answer or tells why there is none, unless another subject was asked for meanwhile or a later answer is there. Where the service is away or has no
   * time, asks again after a while if nothing else was asked for.
   * @param about what tells this subject from another, compared by ===
   * @param tell without it, errors are thrown, for a caller who asks again
   */
  async function ask(about, read, show, tell = null) {
    const mine = ++asked;
    subject = about;
    const isLate = () => subject !== about || mine < shown;
    try {
      const answer = await read();
      if (isLate()) return;
      shown = mine;
      await show(answer);
    } catch (error) {
      if (isLate()) return;
      if (tell === null) throw error;
      shown = mine;
      tell(error);
      if (error.isTransient) setTimeout(() => { if (mine === asked) ask(about, read, show, tell); }, AGAIN_MS);
    }
  }

  /** Shows no answer that is still to come. */
  function forget() {
    asked++;
    subject = null;
  }

  return { ask, forget };
}
