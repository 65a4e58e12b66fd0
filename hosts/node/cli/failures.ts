/** Replaces cryptic failures by one line that says why, and what to do. */

const ADVICE: [RegExp, string][] = [
  [
    /WebAssembly\.Memory\(\)|could not allocate memory|Out of memory: (Cannot|Failed to) allocate Wasm/i,
    'the event engine could not get its memory: for a few MB, Node reserves some 10 GB of addresses; raise the limit of this shell or container (`ulimit -v unlimited`), or use --engine tfjs',
  ],
  [
    /SIMD unsupported/i,
    'the event engine needs the vector instructions of WebAssembly (SSE4.1 on x86), which this processor or these options of node do not offer; use --engine tfjs',
  ],
  [
    /WebAssembly is not defined|disallowed by embedder/i,
    'the event engine needs WebAssembly, which is switched off here (`node --jitless`?); start node without that option, or use --engine tfjs',
  ],
  [
    /\b(ENOSPC|EDQUOT)\b/,
    'expected room on the disk to save the run, found none: free some, then start again, or use --resume if there is a checkpoint',
  ],
];

/** The failure in one line. */
export function describeFailure(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const advice = ADVICE.find(([pattern]) => pattern.test(message))?.[1];
  const [line] = message.split('\n');
  return advice ? `${advice} (${line})` : line;
}
