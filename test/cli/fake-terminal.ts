/**
 * Makes a process take its pipes for a terminal: for `NODE_OPTIONS=--import=…`. What a terminal itself does (echo, raw mode) is left
 * out; the prompt does not need it.
 */
Object.assign(process.stdin, {
  isTTY: true,
  isRaw: false,
  setRawMode(mode: boolean) {
    Object.assign(process.stdin, { isRaw: mode });
    return process.stdin;
  },
});
Object.assign(process.stdout, { isTTY: true, columns: 100, rows: 40, getColorDepth: () => 1 });
