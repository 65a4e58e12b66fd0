/** The kernel as JupyterLite sees it: it hands cells to a worker, and asks the types first. */
import { INTERRUPTED, interruption, lockedOut, restarted } from '../../../core/interrupts.cjs';
import { LANGUAGE_INFO } from '../../language.mjs';
import { bytesOf, type CommEvent, type FromCells, type OfCells, type Outcome, type ToCells } from '../protocol';
import type { BaseKernel, KernelOptions, Message, Services } from './jupyterlite';
import { createQueue } from './queue';
import type { Settings } from './settings';
import type { TypesClient } from './types-client';

/** Milliseconds that a cell has to stop after an interrupt. Then its worker is ended. */
const GRACE = 3000;

/** Milliseconds that a cell which would fail waits for the types. */
const PATIENCE = 20_000;

const interrupted = (text: string): Outcome => ({ status: 'error', ...interruption(text) });

export interface TypeScriptKernel extends BaseKernel {
  /** Asks the running cell to stop; ends it after a while if it does not. */
  interrupt(): void;
}

interface Request {
  resolve(content: unknown): void;
  isCell: boolean;
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
    private worker!: Worker;
    /** A second one, which runs nothing: it says whether a cell is complete. */
    private reader: Worker | undefined;
    private isReady!: Promise<void>;
    private requests = new Map<number, Request>();
    /** Of the messages that asked for a cell; its output goes there. */
    private headers = new Map<number, unknown>();
    private next = 1;
    private deadline: ReturnType<typeof setTimeout> | undefined;
    /** Ends the wait for an answer of the types, if any. */
    private stopWaiting: (() => void) | undefined;
    /** Whether an interrupt came since the cell was asked for. */
    private isInterrupted = false;
    /** How many faults of the settings a cell has shown. */
    private faultsShown = 0;

    /** Names of open comms, by their ids. */
    private comms = new Map<string, string>();
    /** Names the question that waits for an answer of the person at the page. */
    private asked: string | undefined;
    private queue: ReturnType<typeof createQueue>;

    constructor(options: KernelOptions) {
      const queue = createQueue((message) => options.sendMessage(message));
      super({ ...options, sendMessage: queue.send });
      this.queue = queue;
      this.start();
    }

    override handleMessage(message: Message): Promise<void> {
      // It belongs to the cell that runs, and is not separate work.
      if (message.header.msg_type === 'input_reply') {
        this.receiveInput(message);
        return Promise.resolve();
      }
      return this.queue.take(message, async () => {
        if (this.isDisposed) return;
        // JupyterLite does not answer this one.
        if (message.header.msg_type === 'comm_info_request') this.sendComms(message);
        await super.handleMessage(message);
      });
    }

    private get folder(): string {
      return folderOf(this.location, settings.siteUrl);
    }

    get ready(): Promise<void> {
      return this.isReady;
    }

    private start(): void {
      types.begin(this.id, this.folder);
      const worker = new Worker(script, { type: 'module', name: 'TypeScript kernel' });
      this.worker = worker;
      this.isReady = new Promise((resolve, reject) => {
        worker.onerror = (event) => reject(new Error(event.message ?? `${script} could not be loaded`));
        worker.onmessage = ({ data }: MessageEvent<FromCells>) => {
          if (data.type === 'ready') {
            resolve();
            // Only now, so that the first cell waits for nothing else.
            types.load();
          } else this.receive(data);
        };
      });
      const { modules, cdn, siteUrl, preload } = settings;
      const messages = settings.messages === 'jupyter';
      this.post({ type: 'start', modules, cdn, siteUrl, folder: this.folder, preload, messages });
    }

    private post(message: ToCells): void {
      this.worker.postMessage(message);
    }

    private receive(message: Exclude<FromCells, { type: 'ready' }>): void {
      const { id } = message;
      if (message.type === 'reply') {
        const request = this.requests.get(id);
        this.requests.delete(id);
        if (request?.isCell) this.endGrace();
        request?.resolve(message.content);
        return;
      }
      const header = this.headers.get(id) ?? this.parentHeader;
      if (message.type === 'locked') this.startAgain(id, lockedOut(message.name));
      else if (message.type === 'stream') this.stream({ name: message.name, text: message.text }, header);
      else if (message.type === 'input') this.askPerson(message.prompt, message.isPassword);
      else if (message.type === 'comm') this.sendComm(message.event, header);
      else if (message.type === 'error') this.publishExecuteError(message.failure, header);
      else if (message.type === 'result') {
        const content = { execution_count: message.count, data: { 'text/plain': message.text }, metadata: {} };
        this.publishExecuteResult(content, header);
      } else {
        const { bundle, displayId } = message;
        const transient = displayId === undefined ? {} : { display_id: displayId };
        const content = { data: bundle.data, metadata: bundle.metadata ?? {}, transient };
        if (message.update) this.updateDisplayData(content, header);
        else this.displayData(content, header);
      }
    }

    /** `isCell`: an interrupt is for this question, and output belongs to the cell that asks it. */
    private ask<Type extends keyof OfCells>(
      type: Type,
      question: OfCells[Type]['question'],
      isCell: boolean,
      worker = this.worker,
    ): Promise<OfCells[Type]['answer']> {
      const id = this.next++;
      if (isCell) {
        this.headers.set(id, this.parentHeader);
        // Late output goes to the cell that ran last; those before it are not needed.
        for (const old of this.headers.keys()) if (old < id - 100) this.headers.delete(old);
      }
      return new Promise((resolve) => {
        this.requests.set(id, { resolve: resolve as (content: unknown) => void, isCell });
        worker.postMessage({ type, id, ...question } as ToCells);
      });
    }

    /** What a promise resolves to, or undefined once an interrupt comes. */
    private untilInterrupt<Answer>(promise: Promise<Answer>): Promise<Answer | undefined> {
      if (this.isInterrupted) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        this.stopWaiting = () => resolve(undefined);
        void promise.then(resolve);
      });
    }

    interrupt(): void {
      this.queue.abortWaiting();
      this.isInterrupted = true;
      this.asked = undefined;
      this.stopWaiting?.();
      const [id] = [...this.requests].find(([, { isCell }]) => isCell) ?? [];
      if (id === undefined) return;
      this.post({ type: 'interrupt' });
      // A second interrupt does not restart the timer.
      this.deadline ??= setTimeout(() => this.startAgain(id, restarted(GRACE)), GRACE);
    }

    private endGrace(): void {
      clearTimeout(this.deadline);
      this.deadline = undefined;
    }

    /** Ends the worker, whatever it does, and the cell that runs in it; says why below a cell. */
    private startAgain(id: number, text: string): void {
      this.endGrace();
      this.worker.terminate();
      const header = this.headers.get(id);
      for (const id of this.comms.keys()) this.sendComm({ type: 'comm_close', id, data: {}, buffers: [] }, header);
      this.stream({ name: 'stdout', text: `${text}\n` }, header);
      this.start();
      for (const [id, { isCell, resolve }] of this.requests) {
        if (isCell && this.requests.delete(id)) resolve(interrupted(text));
      }
    }

    override dispose(): void {
      if (this.isDisposed) return;
      this.isInterrupted = true;
      this.stopWaiting?.();
      clearTimeout(this.deadline);
      this.worker.terminate();
      this.reader?.terminate();
      types.forget(this.id);
      super.dispose();
    }

    async kernelInfoRequest(): Promise<object> {
      return {
        status: 'ok',
        protocol_version: '5.3',
        implementation: 'jupyterlite-typescript-kernel',
        implementation_version: VERSION,
        banner: 'TypeScript',
        help_links: [],
        language_info: { ...LANGUAGE_INFO, version: LANGUAGE },
      };
    }

    async executeRequest({ code }: { code: string }): Promise<object> {
      const count = this.executionCount;
      this.isInterrupted = false;
      const check = () => this.untilInterrupt(types.check(this.id, code));
      let checked = await check();
      if (!checked && !this.isInterrupted) {
        // A cell that would fail waits for the types while they load: they name the place and the cause better than its error
        // does, before any of it runs.
        const canRun = await this.ask('can-run', { code }, true);
        // What an earlier cell left behind kept the worker busy, and an interrupt ended it.
        if (typeof canRun !== 'boolean') return { ...canRun, execution_count: count };
        if (!canRun) {
          const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
          await this.untilInterrupt(Promise.race([types.settled, late]));
        }
        checked = await check();
      }
      if (this.isInterrupted) {
        if (!this.isDisposed) this.stream({ name: 'stdout', text: `${INTERRUPTED}\n` });
        return { ...interrupted(INTERRUPTED), execution_count: count };
      }
      for (const fault of settings.faults.slice(this.faultsShown)) this.stream({ name: 'stderr', text: `${fault}\n` });
      this.faultsShown = settings.faults.length;
      const { text = '', emitted } = checked ?? {};
      if (text) {
        const blocks = settings.typeErrors === 'block';
        const traceback = text.trimEnd().split('\n');
        const failure = { ename: 'TypeScript', evalue: traceback[0] ?? '', traceback };
        if (blocks && settings.messages === 'jupyter') this.publishExecuteError(failure);
        else this.stream({ name: 'stderr', text });
        if (blocks) return { status: 'error', ...failure, traceback: [], execution_count: count };
      }
      types.starts(this.id, code);
      const outcome = await this.ask('execute', { code, count, emitted }, true);
      if (outcome.status === 'error') {
        const { lost, ...reply } = outcome;
        types.ended(this.id, lost ?? 'all');
        return { ...reply, execution_count: count };
      }
      types.ended(this.id, []);
      return { ...outcome, execution_count: count, user_expressions: {}, payload: [] };
    }

    async completeRequest({ code, cursor_pos }: { code: string; cursor_pos: number }): Promise<object> {
      const position = toUnits(code, cursor_pos);
      const found = await types.complete(this.id, code, position);
      const { matches, start, end } = found ?? { matches: [], start: position, end: position };
      const [from, to] = [toCharacters(code, start), toCharacters(code, end)];
      // As the Python kernel tells their kinds, which Jupyter's protocol does not cover.
      const kinds = matches.map(({ text, kind }) => ({ text, type: kind, start: from, end: to }));
      const metadata = { _jupyter_types_experimental: kinds };
      return { status: 'ok', matches: matches.map(({ text }) => text), cursor_start: from, cursor_end: to, metadata };
    }

    async inspectRequest({ code, cursor_pos }: { code: string; cursor_pos: number }): Promise<object> {
      const text = await types.inspect(this.id, code, toUnits(code, cursor_pos));
      const data = text ? { 'text/plain': text } : {};
      return { status: 'ok', found: Boolean(text), data, metadata: {} };
    }

    isCompleteRequest({ code }: { code: string }): Promise<object> {
      if (!this.reader) {
        this.reader = new Worker(script, { type: 'module', name: 'TypeScript reader' });
        this.reader.onmessage = ({ data }) => this.receive(data);
        this.reader.onerror = () => {
          this.reader = undefined;
          for (const [id, { isCell, resolve }] of this.requests) {
            if (!isCell && this.requests.delete(id)) resolve({ status: 'unknown' });
          }
        };
      }
      return this.ask('is-complete', { code }, false, this.reader);
    }

    private askPerson(prompt: string, password: boolean): void {
      const cell = this.queue.running;
      if (!cell?.content.allow_stdin) this.post({ type: 'input', value: undefined });
      else {
        this.asked = `${this.id}-input-${this.next++}`;
        this.queue.answer(cell, 'stdin', 'input_request', { prompt, password }, this.asked);
      }
    }

    private receiveInput({ parent_header: to, content }: Message): void {
      // The field of a cell that was interrupted stays on the page.
      if (this.asked === undefined || (to.msg_id !== undefined && to.msg_id !== this.asked)) return;
      this.asked = undefined;
      this.post({ type: 'input', value: String(content.value ?? '') });
    }

    private sendComm({ type, id, target, data, metadata = {}, buffers }: CommEvent, header?: unknown): void {
      if (type === 'comm_open') this.comms.set(id, target ?? '');
      if (type === 'comm_close') this.comms.delete(id);
      const name = target === undefined ? {} : { target_name: target };
      this.handleComm(type, { comm_id: id, data, ...name }, metadata, buffers, header);
    }

    private async receiveComm({ header, content, metadata, buffers = [] }: Message): Promise<void> {
      const {
        comm_id: id,
        target_name: target,
        data,
      } = content as { comm_id: string; target_name?: string; data: unknown };
      const type = header.msg_type as CommEvent['type'];
      if (type === 'comm_open') this.comms.set(id, target ?? '');
      if (type === 'comm_close') this.comms.delete(id);
      this.post({ type, id, target, data, metadata, buffers: buffers.map(bytesOf) });
    }

    private sendComms(request: Message): void {
      const { target_name: wanted } = request.content;
      const found = [...this.comms].filter(([, target]) => wanted === undefined || target === wanted);
      const comms = Object.fromEntries(found.map(([id, target]) => [id, { target_name: target }]));
      this.queue.answer(request, 'shell', 'comm_info_reply', { status: 'ok', comms });
    }

    commOpen = this.receiveComm;
    commMsg = this.receiveComm;
    commClose = this.receiveComm;
    // What `BaseKernel` would call; both are dealt with where messages arrive.
    inputReply(): void {}
    async commInfoRequest(): Promise<object> {
      return {};
    }
  };
}

/** The package's version, and TypeScript's; the build puts them in. */
declare const VERSION: string;
declare const LANGUAGE: string;
