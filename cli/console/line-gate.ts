import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { ReadStream } from 'node:tty';

/** The part of a terminal that the prompt uses. */
export type TerminalInput = Pick<
  ReadStream,
  'setRawMode' | 'isRaw' | 'on' | 'off' | 'pause' | 'resume' | 'setEncoding'
>;

export interface LineGateOptions {
  /** Resolves when no input is running. */
  readonly idle: () => Promise<void>;
  /** Called on Ctrl-C while an input is running. Returns false if none is; the prompt then handles it. */
  readonly interrupt: () => boolean;
}

const CTRL_C = '\u0003';
/** One line with its end, or a single Ctrl-C. */
const LINE = new RegExp(`^(?:${CTRL_C}|[^\\r\\n${CTRL_C}]*(?:\\r\\n|[\\r\\n])?)`);

/**
 * Passes on a terminal's input line by line: text typed or pasted while an input is running waits until it has finished. Node's
 * REPL does this only for inputs with `await`; here all inputs are asynchronous.
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
      // By the next turn of the event loop, the prompt has read the line and started to run it.
      await setImmediate();
      this.#interrupt();
      await this.#options.idle();
    }
    this.#isPassing = false;
  }

  /** Handles Ctrl-C while an input is running. As in terminals, it also discards text typed before it. */
  #interrupt(): void {
    const at = this.#waiting.lastIndexOf(CTRL_C);
    if (at !== -1 && this.#options.interrupt()) this.#waiting = this.#waiting.slice(at + 1);
  }
}
