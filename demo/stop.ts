/** A signal to stop, or the end of whoever started this process. Once it was asked, asking again changes nothing. */
export function stopAsked(): Promise<undefined> {
  const { ppid } = process;
  return new Promise(resolve => {
    const stop = () => resolve(undefined);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
    // npm that is killed takes nobody with it.
    setInterval(() => process.ppid !== ppid && stop(), 500).unref();
  });
}
