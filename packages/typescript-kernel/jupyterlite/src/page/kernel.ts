/** The kernel as JupyterLite sees it: it hands cells to a worker, and asks the types first. */
import { INTERRUPTED, interruption, lockedOut } from '../../../core/interrupts.cjs';
import { LANGUAGE_INFO } from '../../language.mjs';
import type { Outcome, Output } from '../protocol';
import { CellWorker } from './cell-worker';
import { Comms } from './comms';
import type { BaseKernel, KernelOptions, Message, Services } from './jupyterlite';
import { Queue } from './queue';
import type { Settings } from './settings';
import type { TypesClient } from './types-client';

/** Milliseconds that a cell which would fail waits for the types. */
const PATIENCE = 20_000;

const interrupted = (text: string): Outcome => ({ status: 'error', ...interruption(text) });

export interface TypeScriptKernel extends BaseKernel {
  interrupt(): void;
}

/** Jupyter counts characters, JavaScript counts UTF-16 units. */
const toUnits = (code: string, position: number): number => [...code].slice(0, position).join('').length;
const toCharacters = (code: string, position: number): number => [...code.slice(0, position)].length;

/**
 * URL of a notebook's folder among the files of the site.
 * @param location of the kernel, as JupyterLite names it: `drive:folder`, the drive perhaps left out
 */
function folderOf(location: string, siteUrl: string): string {
  const path = location.replace(/^[^/:]*:/, '').replace(/^\/+|\/+$/g, '');
  return new URL(`files/${path === '' ? '' : `${path}/`}`, siteUrl).href;
}

/** What a kernel does; `page` takes what it shows. */
class Kernel {
  readonly comms: Comms;
  readonly cells: CellWorker;
  /** Ends the wait for an answer of the types, if any. */
  private stopWaiting: (() => void) | undefined;
  /** Whether an interrupt came since the cell was asked for. */
  private isInterrupted = false;
  /** How many faults of the settings a cell has shown. */
  private faultsShown = 0;
  /** Names the question that waits for an answer of the person at the page. */
  private asked: string | undefined;
  private questions = 0;

  constructor(
    private readonly page: BaseKernel,
    private readonly queue: Queue,
    script: string,
    private readonly settings: Settings,
    private readonly types: TypesClient,
  ) {
    this.comms = new Comms(page, (event) => this.cells.post(event));
    const begin = () => {
      const { modules, cdn, siteUrl, preload, messages, items } = settings;
      const folder = folderOf(page.location, siteUrl);
      types.begin(page.id, folder);
      const isJupyter = messages === 'jupyter';
      return { type: 'start', modules, cdn, siteUrl, folder, preload, items, messages: isJupyter } as const;
    };
    this.cells = new CellWorker(script, begin, {
      // Only now, so that the first cell waits for nothing else.
      ready: () => types.load(),
      output: (message, header) => this.show(message, header ?? page.parentHeader),
      ended: (text, header) => {
        this.comms.closeAll(header);
        page.stream({ name: 'stdout', text: `${text}\n` }, header);
        return interrupted(text);
      },
    });
  }

  handle(message: Message, work: () => Promise<void>): Promise<void> {
    // It belongs to the cell that runs, and is not separate work.
    if (message.header.msg_type === 'input_reply') {
      this.receiveInput(message);
      return Promise.resolve();
    }
    return this.queue.take(message, async () => {
      if (this.page.isDisposed) return;
      // JupyterLite does not answer this one.
      if (message.header.msg_type === 'comm_info_request') {
        this.queue.answer(message, 'shell', 'comm_info_reply', this.comms.list(message.content.target_name));
      }
      await work();
    });
  }

  private show(message: Output & { id: number }, header: unknown): void {
    const { page } = this;
    if (message.type === 'locked') this.cells.startAgain(message.id, lockedOut(message.name));
    else if (message.type === 'stream') page.stream({ name: message.name, text: message.text }, header);
    else if (message.type === 'input') this.askPerson(message.prompt, message.isPassword);
    else if (message.type === 'comm') this.comms.send(message.event, header);
    else if (message.type === 'error') page.publishExecuteError(message.failure, header);
    else if (message.type === 'result') {
      const content = { execution_count: message.count, data: message.data, metadata: {} };
      page.publishExecuteResult(content, header);
    } else {
      const { bundle, displayId } = message;
      const transient = displayId === undefined ? {} : { display_id: displayId };
      const content = { data: bundle.data, metadata: bundle.metadata ?? {}, transient };
      if (message.update) page.updateDisplayData(content, header);
      else page.displayData(content, header);
    }
  }

  /** What a promise resolves to, or undefined once an interrupt comes. */
  private untilInterrupt<Answer>(promise: Promise<Answer>): Promise<Answer | undefined> {
    if (this.isInterrupted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.stopWaiting = () => resolve(undefined);
      void promise.then(resolve);
    });
  }

  private stop(): void {
    this.isInterrupted = true;
    this.stopWaiting?.();
  }

  interrupt(): void {
    this.queue.abortWaiting();
    this.asked = undefined;
    this.stop();
    this.cells.interrupt();
  }

  dispose(): void {
    this.stop();
    this.cells.dispose();
    this.types.forget(this.page.id);
  }

  /** What the types say of a cell, if they have loaded; or how the wait for that ended. */
  private async check(code: string): Promise<Awaited<ReturnType<TypesClient['check']>> | Outcome> {
    const check = () => this.untilInterrupt(this.types.check(this.page.id, code));
    let checked = await check();
    if (!checked && !this.isInterrupted) {
      // A cell that would fail waits for the types while they load: they name the place and the cause better than its error
      // does, before any of it runs.
      const canRun = await this.cells.ask('can-run', { code }, this.page.parentHeader);
      // What an earlier cell left behind kept the worker busy, and an interrupt ended it.
      if (typeof canRun !== 'boolean') return canRun;
      if (!canRun) {
        const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
        await this.untilInterrupt(Promise.race([this.types.settled, late]));
      }
      checked = await check();
    }
    if (!this.isInterrupted) return checked;
    if (!this.page.isDisposed) this.page.stream({ name: 'stdout', text: `${INTERRUPTED}\n` });
    return interrupted(INTERRUPTED);
  }

  async execute(code: string): Promise<object> {
    const { page, settings, types } = this;
    const { executionCount: execution_count } = page;
    this.isInterrupted = false;
    const checked = (await this.check(code)) ?? { text: '' };
    if ('status' in checked) return { ...checked, execution_count };
    const faults = settings.faults.slice(this.faultsShown);
    for (const fault of faults) page.stream({ name: 'stderr', text: `${fault}\n` });
    this.faultsShown += faults.length;
    const { text, emitted } = checked;
    if (text) {
      const blocks = settings.typeErrors === 'block';
      const traceback = text.trimEnd().split('\n');
      const failure = { ename: 'TypeScript', evalue: traceback[0] ?? '', traceback };
      if (blocks && settings.messages === 'jupyter') page.publishExecuteError(failure);
      else page.stream({ name: 'stderr', text });
      if (blocks) return { status: 'error', ...failure, traceback: [], execution_count };
    }
    types.starts(page.id, code);
    const outcome = await this.cells.ask('execute', { code, count: execution_count, emitted }, page.parentHeader);
    if (outcome.status === 'error') {
      const { lost, ...reply } = outcome;
      types.ended(page.id, lost ?? 'all');
      return { ...reply, execution_count };
    }
    types.ended(page.id, []);
    return { ...outcome, execution_count, user_expressions: {}, payload: [] };
  }

  async complete(code: string, at: number): Promise<object> {
    const position = toUnits(code, at);
    const found = await this.types.complete(this.page.id, code, position);
    const { matches, start, end } = found ?? { matches: [], start: position, end: position };
    const [from, to] = [toCharacters(code, start), toCharacters(code, end)];
    // As the Python kernel tells their kinds, which Jupyter's protocol does not cover.
    const kinds = matches.map(({ text, kind }) => ({ text, type: kind, start: from, end: to }));
    const metadata = { _jupyter_types_experimental: kinds };
    return { status: 'ok', matches: matches.map(({ text }) => text), cursor_start: from, cursor_end: to, metadata };
  }

  async inspect(code: string, at: number): Promise<object> {
    const text = await this.types.inspect(this.page.id, code, toUnits(code, at));
    return { status: 'ok', found: Boolean(text), data: text ? { 'text/plain': text } : {}, metadata: {} };
  }

  private askPerson(prompt: string, password: boolean): void {
    const cell = this.queue.running;
    if (!cell?.content.allow_stdin) this.cells.post({ type: 'input', value: undefined });
    else {
      this.asked = `${this.page.id}-input-${this.questions++}`;
      this.queue.answer(cell, 'stdin', 'input_request', { prompt, password }, this.asked);
    }
  }

  private receiveInput({ parent_header: to, content }: Message): void {
    // The field of a cell that was interrupted stays on the page.
    if (this.asked === undefined || (to.msg_id !== undefined && to.msg_id !== this.asked)) return;
    this.asked = undefined;
    this.cells.post({ type: 'input', value: String(content.value ?? '') });
  }
}

interface Asked {
  code: string;
  cursor_pos: number;
}

/**
 * Makes the class, which extends one that only the running page has.
 * @param script URL of the worker that runs cells
 */
export function kernelClass(
  base: Services['BaseKernel'],
  script: string,
  settings: Settings,
  types: TypesClient,
): new (
  options: KernelOptions,
) => TypeScriptKernel {
  return class extends base {
    private readonly own: Kernel;
    constructor(options: KernelOptions) {
      const queue = new Queue((message) => options.sendMessage(message));
      super({ ...options, sendMessage: (message) => queue.send(message) });
      this.own = new Kernel(this, queue, script, settings, types);
    }
    get ready(): Promise<void> {
      return this.own.cells.ready;
    }
    override handleMessage(message: Message): Promise<void> {
      return this.own.handle(message, () => super.handleMessage(message));
    }
    override dispose(): void {
      if (this.isDisposed) return;
      this.own.dispose();
      super.dispose();
    }
    interrupt = () => this.own.interrupt();
    kernelInfoRequest = kernelInfo;
    executeRequest = ({ code }: Asked) => this.own.execute(code);
    completeRequest = ({ code, cursor_pos }: Asked) => this.own.complete(code, cursor_pos);
    inspectRequest = ({ code, cursor_pos }: Asked) => this.own.inspect(code, cursor_pos);
    isCompleteRequest = ({ code }: Asked) => this.own.cells.isComplete(code);
    commOpen = async (message: Message) => this.own.comms.receive(message);
    commMsg = this.commOpen;
    commClose = this.commOpen;
    // What `BaseKernel` would call; both are dealt with where messages arrive.
    inputReply = () => {};
    commInfoRequest = async () => ({});
  };
}

/** The package's version, and TypeScript's; the build puts them in. */
declare const VERSION: string;
declare const LANGUAGE: string;
const kernelInfo = async () => ({
  status: 'ok',
  protocol_version: '5.3',
  implementation: 'jupyterlite-typescript-kernel',
  implementation_version: VERSION,
  banner: 'TypeScript',
  help_links: [],
  language_info: { ...LANGUAGE_INFO, version: LANGUAGE },
});
