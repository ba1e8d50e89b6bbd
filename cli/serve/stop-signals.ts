/** npm passes a Ctrl-C on that the terminal has sent us already: what comes that soon is the same one. */
const SAME_KEYSTROKE_MS = 500;

/**
 * Resolves on the first Ctrl-C or SIGTERM. A second one, while things are being closed in good order, ends the process at
 * once.
 */
export function askedToStop(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const onSignal = (signal: NodeJS.Signals) => {
      if (first === undefined) {
        first = performance.now();
        resolve(signal);
      } else if (performance.now() - first > SAME_KEYSTROKE_MS) {
        process.exit(130);
      }
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}
