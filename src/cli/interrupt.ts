/**
 * Runs `tidy` (which must be done at once) when the command is interrupted by Ctrl-C or told to end, and then lets the signal end it, so that shells
 * see what ended it. Answers what takes that back.
 */
export function onInterrupt(tidy: () => void): () => void {
  const handlers = (['SIGINT', 'SIGTERM'] as const).map((signal) => {
    const handler = () => {
      tidy();
      takeBack();
      process.kill(process.pid, signal);
    };
    process.on(signal, handler);
    return { signal, handler };
  });
  const takeBack = () => {
    for (const { signal, handler } of handlers) process.removeListener(signal, handler);
  };
  return takeBack;
}
