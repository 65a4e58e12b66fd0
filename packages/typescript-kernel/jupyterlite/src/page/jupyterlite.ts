/** The parts of JupyterLite that are used here, as `@jupyterlite/services` and JupyterLab's own packages have them. */

/** A message of Jupyter's protocol. */
export interface Message {
  channel: string;
  header: { msg_id: string; msg_type: string; session: string; username: string; date: string; version: string };
  parent_header: { msg_id?: string };
  metadata: Record<string, unknown>;
  content: Record<string, unknown>;
  buffers?: unknown[];
}

export interface KernelOptions {
  id: string;
  name: string;
  location: string;
  sendMessage(message: Message): void;
}

/** `BaseKernel`: it takes and makes Jupyter's messages. */
export interface BaseKernel {
  readonly id: string;
  /** The drive and the folder of the notebook. */
  readonly location: string;
  readonly isDisposed: boolean;
  readonly executionCount: number;
  readonly parentHeader: unknown;
  readonly disposed: { connect(slot: () => void): void };
  dispose(): void;
  handleMessage(message: Message): Promise<void>;
  stream(content: { name: string; text: string }, parentHeader?: unknown): void;
  publishExecuteResult(content: object, parentHeader?: unknown): void;
  publishExecuteError(content: object, parentHeader?: unknown): void;
  displayData(content: object, parentHeader?: unknown): void;
  updateDisplayData(content: object, parentHeader?: unknown): void;
  handleComm(type: string, content: object, metadata: object, buffers: unknown[], parentHeader?: unknown): void;
}

export interface KernelSpecs {
  register(options: { spec: object; create(options: KernelOptions): Promise<unknown> }): void;
}

export interface KernelClient {
  interrupt(kernelId: string): Promise<void>;
}

export interface Services {
  BaseKernel: new (options: KernelOptions) => BaseKernel;
  IKernelSpecs: unknown;
  IKernelClient: unknown;
}

export interface CoreUtils {
  PageConfig: { getOption(name: string): string; getBaseUrl(): string };
}

export interface Apputils {
  Notification?: { warning(text: string, options: { autoClose: false }): unknown };
}
