import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { ReadStream } from 'node:tty';

/** The part of a terminal that the prompt needs. */
export type TerminalInput = Pick<
  ReadStream,
  'setRawMode' | 'isRaw' | 'on' | 'off' | 'pause' | 'resume' | 'setEncoding'
>;

export interface LineGateOptions {
  /** Resolves when no input is running. */
  readonly idle: () => Promise<void>;
  /** Ctrl-C while an input is running. Returns false if none is; then the prompt handles it. */
  readonly interrupt: () => boolean;
}

const CTRL_C = '\u0003';
/** Up to its end, or Ctrl-C alone. */
const LINE = new RegExp(`^(?:${CTRL_C}|[^\\r\\n${CTRL_C}]*(?:\\r\\n|[\\r\\n])?)`);

/**
 * A terminal's input, passed on line by line: what is typed or pasted while an input runs waits for its end. Node's REPL does so only
 * for inputs with `await`; ours are all asynchronous.
 */
export class LineGate extends PassThrough {
  readonly isTTY = true;
  readonly #terminal: TerminalInput;
  readonly #options: LineGateOptions;
  #waiting = '';
  #isPassing = false;

  constructor(terminal: TerminalInput, options: LineGateOptions) {
    super();
    this.#terminal = terminal;
    this.#options = options;
    terminal.setEncoding('utf8');
    terminal.on('data', this.#take);
    terminal.on('end', this.#end);
  }

  get isRaw(): boolean {
    return this.#terminal.isRaw;
  }

  setRawMode(mode: boolean): this {
    this.#terminal.setRawMode(mode);
    return this;
  }

  /** Stops reading, so that the terminal does not keep the process alive. */
  close(): void {
    this.#terminal.off('data', this.#take);
    this.#terminal.off('end', this.#end);
    this.#terminal.pause();
  }

  readonly #take = (data: unknown): void => {
    this.#waiting += String(data);
    this.#interrupt();
    void this.#pass();
  };

  readonly #end = (): void => {
    void this.#options.idle().then(() => this.end());
  };

  async #pass(): Promise<void> {
    if (this.#isPassing) return;
    this.#isPassing = true;
    while (this.#waiting !== '') {
      const [line = ''] = LINE.exec(this.#waiting) ?? [];
      this.#waiting = this.#waiting.slice(line.length);
      this.write(line);
      // The prompt reads it before the next turn of the event loop, and has then begun to run it.
      await setImmediate();
      this.#interrupt();
      await this.#options.idle();
    }
    this.#isPassing = false;
  }

  /** Ctrl-C while an input runs; as in terminals, it also discards what was typed before it. */
  #interrupt(): void {
    const at = this.#waiting.lastIndexOf(CTRL_C);
    if (at !== -1 && this.#options.interrupt()) this.#waiting = this.#waiting.slice(at + 1);
  }
}
