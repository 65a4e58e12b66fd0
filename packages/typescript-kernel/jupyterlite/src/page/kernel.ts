/** The kernel for JupyterLite: it checks the types of cells, and runs them in a worker. */
import type { KernelMessage } from '@jupyterlab/services';
import { BaseKernel, type IKernel } from '@jupyterlite/services';
import { BROKEN, INTERRUPTED, interruption } from '../../../core/interrupts';
import { LANGUAGE_INFO } from '../../language';
import type { OfTypes, Outcome, Output, Settings } from '../protocol';
import { CellWorker } from './cell-worker';
import { Queue } from './queue';
import type { TypesClient } from './types-client';

/** Milliseconds that a cell which would fail waits for the types to load. */
const TYPES_TIMEOUT = 20_000;

const interrupted = (text: string): Outcome => ({ status: 'error', ...interruption(text) });

type Message = KernelMessage.IMessage;
type Text = KernelMessage.IInspectRequestMsg['content'];

/** The versions of the package and of TypeScript; the build defines them. */
declare const VERSION: string;
declare const LANGUAGE: string;

export interface Options extends IKernel.IOptions {
  /** URL of the worker that runs cells. */
  script: string;
  settings: Settings;
  types: TypesClient;
}

function reply(outcome: Outcome, execution_count: number): KernelMessage.IExecuteReplyMsg['content'] {
  if (outcome.status === 'ok') return { ...outcome, execution_count, user_expressions: {}, payload: [] };
  const { status, ename, evalue, traceback } = outcome;
  return { status, ename, evalue, traceback, execution_count };
}

/** Jupyter counts characters, JavaScript counts UTF-16 units. */
const toUnits = (code: string, position: number): number => [...code].slice(0, position).join('').length;
const toCharacters = (code: string, position: number): number => [...code.slice(0, position)].length;

/**
 * URL of a notebook's folder below the site's `files/`.
 * @param location of the kernel in JupyterLite: `drive:folder` or `folder`
 */
function folderOf(location: string, siteUrl: string): string {
  const path = location.replace(/^[^/:]*:/, '').replace(/^\/+|\/+$/g, '');
  return new URL(`files/${path === '' ? '' : `${path}/`}`, siteUrl).href;
}

export class TypeScriptKernel extends BaseKernel {
  private readonly queue: Queue;
  private readonly types: TypesClient;
  private readonly cells: CellWorker;
  /** Ends the wait for the types, if any. */
  private stopWaiting: (() => void) | undefined;
  /** Whether an interrupt came since the cell was requested. */
  private isInterrupted = false;

  constructor({ script, settings, types, ...options }: Options) {
    const queue = new Queue((message) => options.sendMessage(message));
    super({ ...options, sendMessage: (message) => queue.send(message) });
    this.queue = queue;
    this.types = types;
    const begin = () => {
      const folder = folderOf(this.location, settings.siteUrl);
      types.send({ type: 'begin', kernel: this.id });
      return { type: 'start', settings, folder } as const;
    };
    this.cells = new CellWorker(script, begin, {
      // Only now, so that the first cell does not wait for the types' worker.
      ready: () => types.load(),
      output: (message, header) => this.show(message, header ?? this.parentHeader),
      ended: (text, header) => {
        this.stream({ name: 'stdout', text: `${text}\n` }, header);
        return interrupted(text);
      },
    });
  }

  override get ready(): Promise<void> {
    return this.cells.ready;
  }

  override handleMessage(message: Message): Promise<void> {
    // It belongs to the running cell.
    if (message.header.msg_type === 'input_reply') {
      this.receiveInput(message as KernelMessage.IInputReplyMsg);
      return Promise.resolve();
    }
    return this.queue.take(message, async () => {
      if (this.isDisposed) return;
      // JupyterLite does not answer this one.
      if (message.header.msg_type === 'comm_info_request')
        this.queue.answer(message, 'shell', 'comm_info_reply', await this.commInfoRequest());
      await super.handleMessage(message);
    });
  }

  private show(message: Output & { id: number }, header: KernelMessage.IHeader | undefined): void {
    if (message.type === 'broken') this.cells.startAgain(message.id, BROKEN);
    else if (message.type === 'stream') this.stream({ name: message.name, text: message.text }, header);
    else if (message.type === 'input') this.askUser(message.prompt);
    else {
      const { bundle, displayId } = message;
      const transient = displayId === undefined ? {} : { display_id: displayId };
      const content = { data: bundle.data, metadata: bundle.metadata ?? {}, transient };
      if (message.update) this.updateDisplayData(content as KernelMessage.IUpdateDisplayDataMsg['content'], header);
      else this.displayData(content as KernelMessage.IDisplayDataMsg['content'], header);
    }
  }

  /** Resolves as the promise does, or to undefined when an interrupt comes. */
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
    this.queue.asked = undefined;
    this.stop();
    this.cells.interrupt();
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.stop();
    this.cells.dispose();
    this.types.send({ type: 'forget', kernel: this.id });
    super.dispose();
  }

  async kernelInfoRequest(): Promise<KernelMessage.IInfoReplyMsg['content']> {
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

  /** The type errors of a cell, if the types have loaded; or the outcome, if the wait for them ended otherwise. */
  private async check(code: string): Promise<OfTypes['check']['answer'] | Outcome | undefined> {
    const check = () => this.untilInterrupt(this.types.ask('check', { kernel: this.id, code }));
    let checked = await check();
    if (!checked && !this.isInterrupted) {
      // A cell that would fail waits while the types load: they report the position and the cause better than its error
      // would, and before any of it runs.
      const canRun = await this.cells.ask('can-run', { code }, this.parentHeader);
      // An earlier cell's work kept the worker busy, and an interrupt terminated it.
      if (typeof canRun !== 'boolean') return canRun;
      if (!canRun) {
        const late = new Promise((resolve) => setTimeout(resolve, TYPES_TIMEOUT));
        await this.untilInterrupt(Promise.race([this.types.settled, late]));
      }
      checked = await check();
    }
    if (!this.isInterrupted) return checked;
    if (!this.isDisposed) this.stream({ name: 'stdout', text: `${INTERRUPTED}\n` });
    return interrupted(INTERRUPTED);
  }

  async executeRequest({ code }: { code: string }): Promise<KernelMessage.IExecuteReplyMsg['content']> {
    const { id: kernel, types, executionCount: execution_count } = this;
    this.isInterrupted = false;
    const checked = (await this.check(code)) ?? { text: '' };
    if ('status' in checked) return reply(checked, execution_count);
    const { text, emitted } = checked;
    if (text) {
      this.stream({ name: 'stderr', text });
      const [evalue = ''] = text.split('\n');
      return { status: 'error', ename: 'TypeScript', evalue, traceback: [], execution_count };
    }
    types.send({ type: 'starts', kernel, code });
    const outcome = await this.cells.ask('execute', { code, count: execution_count, emitted }, this.parentHeader);
    types.send({ type: 'ended', kernel, lost: outcome.status === 'ok' ? [] : (outcome.lost ?? 'all') });
    return reply(outcome, execution_count);
  }

  async completeRequest({ code, cursor_pos }: Text): Promise<KernelMessage.ICompleteReplyMsg['content']> {
    const position = toUnits(code, cursor_pos);
    const found = await this.types.ask('complete', { kernel: this.id, code, position });
    const { matches, start, end } = found ?? { matches: [], start: position, end: position };
    const [from, to] = [toCharacters(code, start), toCharacters(code, end)];
    // The kinds of completions, in the Python kernel's extension of Jupyter's protocol.
    const kinds = matches.map(({ text, kind }) => ({ text, type: kind, start: from, end: to }));
    const metadata = { _jupyter_types_experimental: kinds };
    return { status: 'ok', matches: matches.map(({ text }) => text), cursor_start: from, cursor_end: to, metadata };
  }

  async inspectRequest({ code, cursor_pos }: Text): Promise<KernelMessage.IInspectReplyMsg['content']> {
    const position = toUnits(code, cursor_pos);
    const text = await this.types.ask('inspect', { kernel: this.id, code, position });
    return { status: 'ok', found: Boolean(text), data: text ? { 'text/plain': text } : {}, metadata: {} };
  }

  async isCompleteRequest({ code }: { code: string }): Promise<KernelMessage.IIsCompleteReplyMsg['content']> {
    const status = (await this.types.ask('is-complete', { kernel: this.id, code })) ?? 'unknown';
    return status === 'incomplete' ? { status, indent: '' } : { status };
  }

  // Abstract in `BaseKernel`. The kernel has no comms, and `handleMessage` takes answers to questions.
  async commOpen(): Promise<void> {}
  async commMsg(): Promise<void> {}
  async commClose(): Promise<void> {}
  inputReply(): void {}
  async commInfoRequest(): Promise<KernelMessage.ICommInfoReplyMsg['content']> {
    return { status: 'ok', comms: {} };
  }

  private askUser(prompt: string): void {
    const cell = this.queue.running;
    if (cell?.content.allow_stdin) this.inputRequest({ prompt, password: false }, cell.header);
    else this.cells.post({ type: 'input', value: undefined });
  }

  private receiveInput({ parent_header: to, content }: KernelMessage.IInputReplyMsg): void {
    // The input field of an interrupted cell stays on the page.
    const { asked } = this.queue;
    if (asked === undefined || (to.msg_id !== undefined && to.msg_id !== asked)) return;
    this.queue.asked = undefined;
    this.cells.post({ type: 'input', value: 'value' in content ? content.value : '' });
  }
}
